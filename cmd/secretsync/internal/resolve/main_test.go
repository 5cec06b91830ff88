package resolve_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// internet is where clients end up whose address can't be changed: a proxy leads them to the fake that plays the host,
// or to nobody. What is trusted, and which proxy is used, is read once in a process.
type internet struct {
	certificate tls.Certificate
	mu          sync.Mutex
	hosts       map[string]string
}

var world = &internet{hosts: map[string]string{}}

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // handshakes that fail
	dir, err := os.MkdirTemp("", "resolve")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	authority := world.certify()
	trusted := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(trusted, authority, 0o600); err != nil {
		panic(err)
	}
	proxy := httptest.NewServer(world)
	defer proxy.Close()
	for name, value := range map[string]string{
		"SSL_CERT_FILE": trusted, "SSL_CERT_DIR": filepath.Join(dir, "none"), "HTTPS_PROXY": proxy.URL, "https_proxy": proxy.URL,
		"NO_PROXY": "", "no_proxy": "", "HTTP_PROXY": "", "http_proxy": "",
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	m.Run()
}

// certify makes the certificate of all the hosts, and returns it as the authority to trust.
func (i *internet) certify() []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "internet of the tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"secretmanager.googleapis.com", "acme.vault.azure.net"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	i.certificate = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// play has a listener's address play a host with its port.
func (i *internet) play(t testing.TB, host, address string) {
	t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.hosts[host] = address
	t.Cleanup(func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		delete(i.hosts, host)
	})
}

// ServeHTTP is the proxy: it joins a client to the host that it wants.
func (i *internet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	address, ok := i.hosts[r.Host]
	i.mu.Unlock()
	if r.Method != http.MethodConnect || !ok {
		http.Error(w, "nobody plays "+r.Host, http.StatusBadGateway)
		return
	}
	host, err := net.Dial("tcp", address)
	if err != nil {
		http.Error(w, "the host is gone", http.StatusBadGateway)
		return
	}
	defer host.Close()
	client, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(host, client) }()
	_, _ = io.Copy(client, host)
}
