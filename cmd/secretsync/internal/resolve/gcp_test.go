package resolve_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	smpb "cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
)

// secretManager is Google's, with a project.
type secretManager struct {
	smpb.UnimplementedSecretManagerServiceServer

	reads atomic.Int64
}

func (s *secretManager) AccessSecretVersion(ctx context.Context, r *smpb.AccessSecretVersionRequest) (*smpb.AccessSecretVersionResponse, error) {
	s.reads.Add(1)
	md, _ := metadata.FromIncomingContext(ctx)
	if bearer := strings.Join(md.Get("authorization"), ""); !strings.HasPrefix(bearer, "Bearer ey") {
		return nil, status.Error(codes.Unauthenticated, "no token "+sentinel)
	}
	switch r.GetName() {
	case "projects/acme/secrets/github/versions/latest":
		return &smpb.AccessSecretVersionResponse{Payload: &smpb.SecretPayload{Data: []byte(`{"token":"of google","user":"bot"}`)}}, nil
	case "projects/acme/secrets/github/versions/3":
		return &smpb.AccessSecretVersionResponse{Payload: &smpb.SecretPayload{Data: []byte("third")}}, nil
	case "projects/acme/secrets/denied/versions/latest":
		return nil, status.Error(codes.PermissionDenied, "Permission 'secretmanager.versions.access' denied "+sentinel)
	default:
		return nil, status.Error(codes.NotFound, "Secret not found "+sentinel)
	}
}

// google starts a fake that plays Google, and writes the key of a service account.
func google(t testing.TB) *secretManager {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{world.certificate}, NextProtos: []string{"h2"}})))
	fake := &secretManager{}
	smpb.RegisterSecretManagerServiceServer(server, fake)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	world.play(t, "secretmanager.googleapis.com:443", listener.Addr().String())

	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	account, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "acme", "private_key_id": "1", "client_email": "bot@acme.iam.gserviceaccount.com",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		"token_uri":   "https://oauth2.googleapis.com/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", folder(t, map[string]string{"key.json": string(account)})+"/key.json")
	return fake
}

func TestGoogleSecretManager(t *testing.T) {
	fake := google(t)
	references := []string{"ref+gcpsecrets://acme/github#/token", "ref+gcpsecrets://acme/github#/user"}
	answers := resolve.New(resolve.Options{Backends: all}).Resolve(t.Context(), references, nil)
	for i, want := range []string{"of google", "bot"} {
		if got := answers.Values[references[i]]; got.Value.Reveal() != want {
			t.Errorf("%s: %q (%s)", references[i], got.Value.Reveal(), got.Problem)
		}
	}
	if got := fake.reads.Load(); got != 1 {
		t.Errorf("the secret was read %d times", got)
	}
	if got, problem := one(t, resolve.Options{}, "ref+gcpsecrets://acme/github?version=3"); got != "third" {
		t.Errorf("version 3 is %q (%s)", got, problem)
	}
	problemIs(t, resolve.Options{}, "ref+gcpsecrets://acme/none#/token",
		"Google Secret Manager acme has nothing at acme/none; put the secret there, or correct the reference")
	problemIs(t, resolve.Options{}, "ref+gcpsecrets://acme/denied",
		"Google Secret Manager acme does not let this program read acme/denied; grant its service account roles/secretmanager.secretAccessor on it")
}
