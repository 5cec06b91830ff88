package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// credentials are the paths of the files that tell the API server who it is and whom to believe.
type credentials struct {
	ca                string // certificate that clients check the serving certificate against
	servingCert       string
	servingKey        string
	serviceAccountKey string // signs and checks service account tokens
	token             string // of the administrator, in group system:masters
	tokens            string // the API server's token file: token,user,uid,"groups"
}

// access says how to reach the API server as its administrator. It is what the program prints.
type access struct {
	Server     string `json:"server"`     // URL
	Kubeconfig string `json:"kubeconfig"` // path
	CA         string `json:"ca"`         // path of the certificate authority, PEM
	Token      string `json:"token"`      // bearer token of the administrator
}

// ensureCredentials returns the credentials in dir, made now unless a run before made them, so that
// tokens and kubeconfigs handed out then go on working.
func ensureCredentials(dir string) (credentials, error) {
	c := credentials{
		ca:                filepath.Join(dir, "ca.crt"),
		servingCert:       filepath.Join(dir, "serving.crt"),
		servingKey:        filepath.Join(dir, "serving.key"),
		serviceAccountKey: filepath.Join(dir, "service-account.key"),
		token:             filepath.Join(dir, "token"),
		tokens:            filepath.Join(dir, "tokens.csv"),
	}
	// The token file is written last: if it is there, so are the others.
	_, err := os.Stat(c.tokens)
	if errors.Is(err, fs.ErrNotExist) {
		err = c.create()
	}
	if err != nil {
		return credentials{}, fmt.Errorf("credentials in --dir: %w", err)
	}
	return c, nil
}

func (c credentials) create() error {
	servingCert, servingKey, err := cert.GenerateSelfSignedCertKey("localhost", []net.IP{net.IPv4(127, 0, 0, 1)}, nil)
	if err != nil {
		return fmt.Errorf("generating the serving certificate: %w", err)
	}
	// The leaf comes first, then the authority that signed it.
	chain, err := cert.ParseCertsPEM(servingCert)
	if err != nil {
		return fmt.Errorf("reading the serving certificate: %w", err)
	}
	ca, err := cert.EncodeCertificates(chain[len(chain)-1])
	if err != nil {
		return fmt.Errorf("encoding the certificate authority: %w", err)
	}
	serviceAccountKey, err := keyutil.MakeEllipticPrivateKeyPEM()
	if err != nil {
		return fmt.Errorf("generating the service account key: %w", err)
	}
	token := rand.Text()
	for _, file := range []struct {
		path string
		data []byte
	}{
		{c.ca, ca},
		{c.servingCert, servingCert},
		{c.servingKey, servingKey},
		{c.serviceAccountKey, serviceAccountKey},
		{c.token, []byte(token)},
		{c.tokens, []byte(token + ",admin,admin,system:masters\n")},
	} {
		if err := os.WriteFile(file.path, file.data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// writeAccess writes a kubeconfig for the administrator of the API server at url to path.
func (c credentials) writeAccess(path, url string) (access, error) {
	token, err := os.ReadFile(c.token)
	if err != nil {
		return access{}, fmt.Errorf("reading the administrator's token: %w", err)
	}
	ca, err := os.ReadFile(c.ca)
	if err != nil {
		return access{}, fmt.Errorf("reading the certificate authority: %w", err)
	}
	const name = "test"
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{Server: url, CertificateAuthorityData: ca}
	config.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: string(token)}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	config.CurrentContext = name
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		return access{}, fmt.Errorf("writing the kubeconfig: %w", err)
	}
	return access{Server: url, Kubeconfig: path, CA: c.ca, Token: string(token)}, nil
}
