package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/yaml"
)

// release is the name that the chart is installed under.
const release = "kargo-bot"

// Installation is the bot as its chart installs it: its own identity, with the rights that the chart
// gives it, and the configuration that the chart's ConfigMap holds. Only the Deployment's work is
// done here, as there is no kubelet: see Start.
type Installation struct {
	// Namespace is where the bot is installed, and ServiceAccount who it is.
	Namespace, ServiceAccount string
	// Config reaches the API server as the bot, and so does the file Kubeconfig.
	Config     *rest.Config
	Kubeconfig string
	// ConfigFile is the bot's configuration.
	ConfigFile string

	dir string
}

// InstallOptions say what to install.
type InstallOptions struct {
	// Projects are the Kargo projects to be served.
	Projects []string
	// Config is the bot's configuration, as in the chart's values.
	Config map[string]any
	// Pipelines are pipeline files by name.
	Pipelines map[string]string
	// Secrets are files beside the configuration, by name: the chart's volumes.
	Secrets map[string]string
}

// Install installs the bot's chart into a namespace of its own.
func (c *Cluster) Install(t testing.TB, o InstallOptions) *Installation {
	t.Helper()
	i := &Installation{Namespace: c.nameFor(t, "bot"), dir: t.TempDir()}
	values := map[string]any{
		"image": map[string]any{"repository": "kargo-bot"}, "projects": anySlice(o.Projects), "config": o.Config,
	}
	if len(o.Pipelines) > 0 {
		values["pipelineFiles"] = anyMap(o.Pipelines)
	}
	objects, err := RenderChart(BotChart, release, i.Namespace, values)
	if err != nil {
		t.Fatal(err)
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: i.Namespace}}
	c.create(t, namespace)
	for _, object := range objects {
		i.apply(t, c, object)
	}
	if i.ServiceAccount == "" || i.ConfigFile == "" {
		t.Fatal("the chart has no ServiceAccount or no ConfigMap")
	}
	for name, content := range o.Secrets {
		i.write(t, name, content)
	}
	i.identify(t, c)
	return i
}

// apply does with an object of the chart what it needs to have effect here.
func (i *Installation) apply(t testing.TB, c *Cluster, object *unstructured.Unstructured) {
	t.Helper()
	switch object.GetKind() {
	case "ServiceAccount":
		i.ServiceAccount = object.GetName()
		c.create(t, object)
	case "Role", "RoleBinding", "ClusterRoleBinding", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding":
		c.create(t, object)
	case "ClusterRole":
		// That for terminals is named after the release alone, and so it is the same for all tests.
		c.ensure(t, object)
	case "ConfigMap":
		data, _, err := unstructured.NestedStringMap(object.Object, "data")
		if err != nil {
			t.Fatalf("ConfigMap %s of the chart: %v", object.GetName(), err)
		}
		for name, content := range data {
			if name == "config.yaml" || name == declarationFile {
				i.ConfigFile = i.write(t, name, content)
			} else {
				i.write(t, filepath.Join("pipelines", name), content)
			}
		}
	}
}

func (i *Installation) write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(i.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// identify gets a token for the bot's ServiceAccount, as a kubelet would.
func (i *Installation) identify(t testing.TB, c *Cluster) {
	t.Helper()
	seconds := int64(3600)
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}
	answer, err := c.Core.CoreV1().ServiceAccounts(i.Namespace).CreateToken(t.Context(), i.ServiceAccount, request, metav1.CreateOptions{})
	if err != nil {
		t.Fatalf("token for the bot: %v", err)
	}
	i.Config = rest.AnonymousClientConfig(c.Config)
	i.Config.BearerToken = answer.Status.Token
	i.Kubeconfig = filepath.Join(i.dir, "kubeconfig")
	if err := clientcmd.WriteToFile(kubeconfig(i.Config), i.Kubeconfig); err != nil {
		t.Fatalf("write the bot's kubeconfig: %v", err)
	}
}

// Reconfigure changes the configuration for the next start.
func (i *Installation) Reconfigure(t testing.TB, change func(config map[string]any)) {
	t.Helper()
	text, err := os.ReadFile(i.ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	config := map[string]any{}
	if err := yaml.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	change(config)
	if text, err = yaml.Marshal(config); err != nil {
		t.Fatal(err)
	}
	i.write(t, filepath.Base(i.ConfigFile), string(text))
}

// kubeconfig returns the file's content that leads to where config does.
func kubeconfig(config *rest.Config) clientcmdapi.Config {
	const name = "e2e"
	file := clientcmdapi.NewConfig()
	file.Clusters[name] = &clientcmdapi.Cluster{
		Server: config.Host, InsecureSkipTLSVerify: config.Insecure,
		CertificateAuthority: config.CAFile, CertificateAuthorityData: config.CAData,
	}
	file.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: config.BearerToken}
	file.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	file.CurrentContext = name
	return *file
}

func anySlice(in []string) []any {
	out := make([]any, len(in))
	for i, s := range in {
		out[i] = s
	}
	return out
}

func anyMap(in map[string]string) map[string]any {
	out := make(map[string]any, len(in))
	for k, v := range in {
		out[k] = v
	}
	return out
}

// String names the bot's user.
func (i *Installation) String() string {
	return fmt.Sprintf("system:serviceaccount:%s:%s", i.Namespace, i.ServiceAccount)
}
