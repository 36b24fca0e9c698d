{{- define "notifier.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "notifier.fullname" -}}
{{- $name := include "notifier.name" . -}}
{{- $both := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $both .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "notifier.selector" -}}
app.kubernetes.io/name: {{ include "notifier.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: daemon
{{- end -}}

{{- define "notifier.labels" -}}
{{ include "notifier.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "notifier.metadata" -}}
name: {{ include "notifier.fullname" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "notifier.labels" . | nindent 2 }}
{{- end -}}

{{- define "notifier.image" -}}
{{- $image := .Values.image -}}
{{- $name := ternary (printf "%s/%s" $image.registry $image.repository) $image.repository (ne $image.registry "") -}}
{{- $tag := default .Chart.AppVersion $image.tag -}}
{{- ternary (printf "%s@%s" $name $image.digest) (printf "%s:%s" $name $tag) (ne $image.digest "") -}}
{{- end -}}

{{- define "notifier.serviceAccount" -}}
{{- $own := ternary (include "notifier.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $own .Values.serviceAccount.name -}}
{{- end -}}

{{- define "notifier.configMap" -}}
{{- default (printf "%s-config" (include "notifier.fullname" .)) .Values.notifications.configmap.existing -}}
{{- end -}}

{{- define "notifier.secret" -}}
{{- default (printf "%s-secret" (include "notifier.fullname" .)) .Values.notifications.secret.existing -}}
{{- end -}}

{{- define "notifier.configuration" -}}
{{- with .Values.notifications -}}
{{- $data := merge (dict) .notifiers .templates .triggers -}}
{{- with .subscriptions }}{{- $_ := set $data "subscriptions" (toYaml .) }}{{- end -}}
{{- with .context }}{{- $_ := set $data "context" (toYaml .) }}{{- end -}}
{{- with $data }}{{- toYaml . }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "notifier.args" -}}
- run
- --config-map-name={{ include "notifier.configMap" . }}
- --secret-name={{ include "notifier.secret" . }}
{{- with .Values.rbac.namespaces }}
- --namespaces={{ join "," . }}
{{- end }}
{{- range $name, $value := .Values.settings }}
{{- if not (kindIs "bool" $value) }}
{{- $one := kindIs "float64" $value | ternary (int64 $value) $value | toString }}
- {{ printf "--%s=%s" (kebabcase $name) (kindIs "slice" $value | ternary (join "," $value) $one) | quote }}
{{- else if $value }}
- {{ printf "--%s" (kebabcase $name) | quote }}
{{- end }}
{{- end }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "notifier.subjects" -}}
- kind: ServiceAccount
  name: {{ include "notifier.serviceAccount" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{- /* What the daemon watches, and the Warning Events it writes: deploy/kustomize has the same, tests compare them. */ -}}
{{- define "notifier.watched" -}}
- apiGroups: [argoproj.io]
  resources: [rollouts, analysisruns, experiments]
  verbs: [list, watch]
- apiGroups: [apps]
  resources: [replicasets]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [events]
  verbs: [list, watch, create]
{{- if .Values.settings.selfService }}
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [{{ include "notifier.configMap" . }}]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [{{ include "notifier.secret" . }}]
  verbs: [list, watch]
{{- end }}
{{- end -}}
