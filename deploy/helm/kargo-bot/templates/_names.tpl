{{- define "kargo-bot.name" -}}
{{- if contains "kargo-bot" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-kargo-bot" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "kargo-bot.selector" -}}
app.kubernetes.io/name: kargo-bot
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "kargo-bot.labels" -}}
{{ include "kargo-bot.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "kargo-bot.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "kargo-bot.name" .) }}
{{- end }}

{{- define "kargo-bot.config" -}}
{{- $election := dict "leaderElection" (dict "namespace" .Release.Namespace "name" (include "kargo-bot.name" .)) -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $election) }}
{{- end }}
