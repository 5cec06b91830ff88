#!/usr/bin/env bash
# Builds kube-apiserver-test to OUTPUT: build.sh OUTPUT
set -euo pipefail
output=$(realpath -m "${1:?usage: build.sh OUTPUT}")
cd "$(dirname "${BASH_SOURCE[0]}")"
# Kubernetes gets its version from the linker; without it /version says v0.0.0-master+$Format:%H$, which
# kubectl and helm can't parse.
version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
go build -trimpath -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$version" -o "$output" .
