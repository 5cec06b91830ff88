package resolve

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/getsops/sops/v3"
	vault "github.com/hashicorp/vault/api"
	openbao "github.com/openbao/openbao/api/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// sentinel is what a store says of a secret.
const sentinel = "s3ntinel-8d2f6b2"

// TestErrorsOfClients has those of clients that no test can have connect to a fake, and types that vals hands on.
func TestErrorsOfClients(t *testing.T) {
	for want, errs := range map[cause][]error{
		anonymous: {
			errors.New("storage.NewClient: error initializing client: invalid user input: encountered the following errors: service account token was not specified"),
			errors.New("credentials: could not find default credentials. See https://cloud.google.com/docs/authentication/external/set-up-adc"),
			errors.New("DefaultAzureCredential: failed to acquire a token.\nAttempted credentials:\n\tEnvironmentCredential: missing " + sentinel),
			fmt.Errorf("login: %w", errors.New("variable 'AZKV_AUTH' is set to an unsupported value")),
			errors.New("No path was found in any of the following: kubeContext URI param, KUBECONFIG environment variable, or default path"),
			&vault.ResponseError{StatusCode: http.StatusBadRequest, Errors: []string{"missing client token " + sentinel}},
		},
		unauthenticated: {
			errors.New("storage.NewClient: error initializing client: invalid service account token, please make sure you provide a valid service account token as parameter:  " + sentinel),
			fmt.Errorf("failed to get secret: %w", status.Error(codes.Unauthenticated, sentinel)),
			&azcore.ResponseError{StatusCode: http.StatusUnauthorized, ErrorCode: sentinel},
			&openbao.ResponseError{StatusCode: http.StatusForbidden, Errors: []string{"permission denied", "invalid token " + sentinel}},
			errors.New("Cannot create Vault Client: Error making API request.\n\nURL: PUT http://vault/v1/auth/kubernetes/login\nCode: 403. Errors:\n\n* permission denied " + sentinel),
			errors.New("operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, api error ExpiredTokenException: " + sentinel),
		},
		denied: {
			fmt.Errorf("failed to get secret: %w", status.Error(codes.PermissionDenied, sentinel)),
			&azcore.ResponseError{StatusCode: http.StatusForbidden, ErrorCode: "Forbidden"},
			&vault.ResponseError{StatusCode: http.StatusForbidden, Errors: []string{"1 error occurred:\n\t* permission denied " + sentinel}},
		},
		missing: {
			fmt.Errorf("failed to get secret: %w", status.Error(codes.NotFound, sentinel)),
			&azcore.ResponseError{StatusCode: http.StatusNotFound, ErrorCode: "SecretNotFound"},
			&openbao.ResponseError{StatusCode: http.StatusNotFound, Errors: []string{sentinel}},
			errors.New("error retrieving item: error resolving secret reference: no matching item found " + sentinel),
		},
		throttled: {
			fmt.Errorf("failed to get secret: %w", status.Error(codes.ResourceExhausted, sentinel)),
			&azcore.ResponseError{StatusCode: http.StatusTooManyRequests},
			errors.New("Cannot create OpenBao Client: Error making API request.\n\nURL: PUT http://bao/v1/auth/approle/login\nCode: 429. Raw Message:\n\n" + sentinel),
		},
		unavailable: {
			fmt.Errorf("failed to get secret: %w", status.Error(codes.Unavailable, sentinel)),
			&azcore.ResponseError{StatusCode: http.StatusServiceUnavailable},
			errors.New("Cannot create Vault Client: Error making API request.\n\nURL: PUT http://vault/v1/auth/approle/login\nCode: 503. Errors:\n\n* Vault is sealed"),
		},
		misaddressed: {
			fmt.Errorf("failed to get secret: %w", status.Error(codes.InvalidArgument, sentinel)),
			errors.New(`invalid secret specifier: "` + sentinel + `"`),
		},
		late:        {fmt.Errorf("failed to get secret: %w", status.Error(codes.DeadlineExceeded, sentinel)), errors.New("Get \"https://x\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)")},
		unencrypted: {fmt.Errorf("%w", sops.MetadataNotFound)},
		unexpected:  {errors.New(sentinel), errors.New("invalid character '<' looking for beginning of value"), errors.New("StatusCode: 999999")},
	} {
		for _, err := range errs {
			got := classify(err)
			if got.cause != want {
				t.Errorf("%v\n is %s, want %s", err, got, want)
			}
			if shown := fmt.Sprintf("%v %+v %#v", got, got, got); strings.Contains(shown, sentinel) {
				t.Errorf("the fault shows what the store says: %s", shown)
			}
		}
	}
}

// TestEveryCauseHasWords fails if somebody adds a cause and forgets what people are to be told.
func TestEveryCauseHasWords(t *testing.T) {
	if int(misaddressed)+1 != len(causes) {
		t.Fatalf("there are %d causes and %d names", misaddressed+1, len(causes))
	}
	seen := map[string]cause{}
	for c := range misaddressed + 1 {
		on := subject{backend: backends["vault"], source: "Vault vault.acme.dev", document: "kv/github", timeout: 20 * time.Second}
		words := (&fault{cause: c}).words(on)
		if other, ok := seen[words]; ok {
			t.Errorf("%s and %s are told in the same words: %s", c, other, words)
		}
		seen[words] = c
		problem, fix, ok := strings.Cut(words, "; ")
		if !ok || problem == "" || fix == "" {
			t.Errorf("%s does not say what to do: %s", c, words)
		}
	}
}

func FuzzNothingOfAnErrorIsKept(f *testing.F) {
	f.Add("Code: 403", "vault")
	f.Add("Error getting data key: 0 successful groups required, got 0", "sops")
	f.Add("\x00", "k8s")
	f.Fuzz(func(t *testing.T, text, scheme string) {
		got := classify(errors.New(text + sentinel))
		words := got.words(subject{backend: backends[scheme], source: "x", document: "y"})
		if strings.Contains(words, sentinel) || got.cause > misaddressed {
			t.Fatalf("%q is told as %q", text, words)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"ref+vault://kv/github?address=https://vault.acme.dev:8200#/token", "ref+awssecrets://arn:aws:secretsmanager:eu-west-3:1:secret:a#/b",
		"ref+file:///a", "ref+sops://a.yaml#/b/c", "ref+k8s://v1/Secret/ns/name/key", "ref+doppler:///#/x", "ref+op://a/b/c", "ref+azurekeyvault://",
	} {
		f.Add(seed)
	}
	resolver := New(Options{Backends: []string{
		"vault", "openbao", "awssecrets", "awsssm", "gcpsecrets", "azurekeyvault", "op", "onepasswordconnect", "doppler", "sops", "k8s",
		"file", "env", "envfile",
	}})
	f.Fuzz(func(t *testing.T, raw string) {
		ref, problem := resolver.admit(raw)
		if problem != "" {
			return
		}
		if ref.raw != raw || ref.path == "" || ref.source == "" {
			t.Errorf("%q is taken for %+v", raw, ref)
		}
	})
}
