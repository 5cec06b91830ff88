{{- define "secretsync.name" -}}
{{- if contains "secretsync" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-secretsync" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "secretsync.selector" -}}
app.kubernetes.io/name: secretsync
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "secretsync.labels" -}}
{{ include "secretsync.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "secretsync.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "secretsync.name" .) }}
{{- end }}

{{- /* The namespace that the declaration is of: that of a pipeline file is its project's, if it says none. */}}
{{- define "secretsync.home" -}}
{{ required "declaration.namespace: say in which namespace the Secrets are" (.Values.declaration.namespace | default .Values.declaration.project) }}
{{- end }}

{{- /* The names of the Secrets by namespace, as YAML: those that are declared, and those that were. */}}
{{- define "secretsync.secrets" -}}
{{- $home := include "secretsync.home" . -}}
{{- $all := dict -}}
{{- range .Values.declaration.credentials.secrets -}}
{{- $namespaces := .namespaces | default $home -}}
{{- if kindIs "string" $namespaces }}{{ $namespaces = list $namespaces }}{{ end -}}
{{- $name := .name -}}
{{- range $namespaces -}}
{{- $_ := set $all . (append (get $all . | default list) $name) -}}
{{- end -}}
{{- end -}}
{{- range .Values.retired -}}
{{- $parts := splitn "/" 2 . -}}
{{- if not $parts._1 }}{{ fail (printf "retired: %q is not of the form namespace/name" .) }}{{ end -}}
{{- $_ := set $all $parts._0 (append (get $all $parts._0 | default list) $parts._1) -}}
{{- end -}}
{{- toYaml $all -}}
{{- end }}

{{- /* The names of the Secrets that references may read, by namespace, as YAML: several entries may be of one. */}}
{{- define "secretsync.reads" -}}
{{- $all := dict -}}
{{- range .Values.readSecrets -}}
{{- if not (and .namespace .names) }}{{ fail "readSecrets: each entry needs a namespace, and names: the Secrets that may be read in it" }}{{ end -}}
{{- $_ := set $all .namespace (concat (get $all .namespace | default list) .names) -}}
{{- end -}}
{{- toYaml $all -}}
{{- end }}
