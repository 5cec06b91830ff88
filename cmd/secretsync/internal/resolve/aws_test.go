package resolve_test

import (
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/awsfake"
	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
)

// amazon starts a fake and points the SDK at it.
func amazon(t testing.TB) *awsfake.AWS {
	t.Helper()
	account := awsfake.New("AKIDEXAMPLE", "wJalrXUtnFEMI", "eu-west-3")
	home := t.TempDir()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": serve(t, account), "AWS_ACCESS_KEY_ID": account.AccessKeyID, "AWS_SECRET_ACCESS_KEY": account.SecretAccessKey,
		"AWS_REGION": account.Region, "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true", "HOME": home,
		"AWS_CONFIG_FILE": home + "/none", "AWS_SHARED_CREDENTIALS_FILE": home + "/none", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	return account
}

func TestAWSIsRead(t *testing.T) {
	account := amazon(t)
	account.PutSecret("acme/github", `{"user": "bot", "token": "of a secret", "deep": {"key": "below"}}`)
	account.PutSecret("arn:aws:secretsmanager:eu-west-3:123456789012:secret:acme/quay-AbCdEf", "password: of an ARN")
	account.PutSecret("whole", "all of it")
	account.PutParameter("/acme/github/user", "of a path")
	account.PutParameter("/acme/github/token", "of a path, too")
	account.PutParameter("/acme/json", `{"token": "inside"}`)
	for reference, want := range map[string]string{
		"ref+awssecrets://acme/github#/token":                 "of a secret",
		"ref+awssecrets://acme/github?region=eu-west-3#/user": "bot",
		"ref+awssecrets://acme/github#/deep/key":              "below",
		"ref+awssecrets://whole":                              "all of it",
		"ref+awsssm://acme/github/token":                      "of a path, too",
		"ref+awsssm://acme/github#/user":                      "of a path",
		"ref+awsssm://acme/json?mode=singleparam#/token":      "inside",
		"ref+awsssm://acme?recursive=true#/github/user":       "of a path",
		"ref+awssecrets://arn:aws:secretsmanager:eu-west-3:123456789012:secret:acme/quay-AbCdEf#/password": "of an ARN",
	} {
		if got, problem := one(t, resolve.Options{}, reference); got != want {
			t.Errorf("%s is %q (%s), want %q", reference, got, problem, want)
		}
	}
}

func TestAWSDocumentsAreReadOnce(t *testing.T) {
	account := amazon(t)
	account.PutSecret("acme/github", `{"user": "bot", "token": "t"}`)
	account.PutParameter("/acme/quay/user", "bot")
	account.PutParameter("/acme/quay/token", "t")
	account.Deny("denied")
	references := []string{
		"ref+awssecrets://acme/github#/user", "ref+awssecrets://acme/github#/token", "ref+awssecrets://acme/github",
		"ref+awsssm://acme/quay#/user", "ref+awsssm://acme/quay#/token",
		"ref+awssecrets://denied#/a", "ref+awssecrets://denied#/b", "ref+awssecrets://missing#/a",
	}
	answers := resolve.New(resolve.Options{Backends: all}).Resolve(t.Context(), references, nil)
	for _, reference := range references[:5] {
		if got := answers.Values[reference]; got.Value.Empty() {
			t.Errorf("%s: %s", reference, got.Problem)
		}
	}
	// vals would ask for missing/meta and denied/meta next.
	for name, want := range map[string]int{"acme/github": 1, "/acme/quay/*": 1, "denied": 1, "denied/meta": 0, "missing": 1, "missing/meta": 0} {
		if got := account.Reads(name); got != want {
			t.Errorf("%s was read %d times, want %d", name, got, want)
		}
	}
}

func TestAWSFaults(t *testing.T) {
	login := "; give its service account a role (IRSA, Pod Identity), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; and a region"
	manager, store := "AWS Secrets Manager", "AWS Parameter Store"
	for name, test := range map[string]struct {
		reference, problem string
		whole              bool
		environment        map[string]string
	}{
		"missing secret":    {reference: "ref+awssecrets://none#/a", problem: manager + " has nothing at none; put the secret there, or correct the reference"},
		"denied secret":     {reference: "ref+awssecrets://denied#/a", problem: manager + " does not let this program read denied; allow its role secretsmanager:GetSecretValue on it, and kms:Decrypt on the key that encrypts it"},
		"text with no keys": {reference: "ref+awssecrets://text#/a", problem: "text of " + manager + " is neither YAML nor JSON with keys; write it so, or leave out what follows # to take all of it"},
		"missing parameter": {reference: "ref+awsssm://none", problem: store + " has nothing at none; put the secret there, or correct the reference"},
		"missing path":      {reference: "ref+awsssm://none#/a", problem: store + " has nothing at none; put the secret there, or correct the reference"},
		"denied path":       {reference: "ref+awsssm://denied#/a", problem: store + " does not let this program read denied; allow its role ssm:GetParameter, ssm:GetParametersByPath and kms:Decrypt on it"},
		"other key":         {reference: "ref+awssecrets://text", problem: manager + " does not accept who this program says it is" + login, whole: true, environment: map[string]string{"AWS_ACCESS_KEY_ID": "AKIDOTHER"}},
		"wrong key":         {reference: "ref+awsssm://text", problem: store + " does not accept who this program says it is" + login, whole: true, environment: map[string]string{"AWS_SECRET_ACCESS_KEY": "other"}},
		"other region":      {reference: "ref+awssecrets://text?region=eu-west-1", problem: manager + " region=eu-west-1 does not accept who this program says it is" + login, whole: true},
		"no key":            {reference: "ref+awssecrets://text", problem: manager + " is not asked, as nothing here says who this program is" + login, whole: true, environment: map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}},
		"no region":         {reference: "ref+awssecrets://text", problem: manager + " is not asked, as nothing here says who this program is" + login, whole: true, environment: map[string]string{"AWS_REGION": "", "AWS_ENDPOINT_URL": ""}},
		"refused":           {reference: "ref+awsssm://text", problem: store + " refuses connections; check its address and port, and that it runs", whole: true, environment: map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}},
		"throttled":         {reference: "ref+awssecrets://text", problem: manager + " has been asked too often and refuses to answer for a while; raise interval if that goes on", whole: true},
	} {
		t.Run(name, func(t *testing.T) {
			account := amazon(t)
			account.Say(" " + sentinel)
			account.PutSecret("text", sentinel)
			account.Deny("denied")
			account.Deny("/denied")
			if name == "throttled" {
				account.Throttle()
			}
			for key, value := range test.environment {
				t.Setenv(key, value)
			}
			answers := resolve.New(resolve.Options{Backends: all, Timeout: 10 * time.Second}).Resolve(t.Context(), []string{test.reference}, nil)
			got := answers.Values[test.reference]
			if got.Problem != test.problem || !got.Value.Empty() {
				t.Errorf("\n got %q\nwant %q", got.Problem, test.problem)
			}
			if s := answers.Sources[0]; (s.Message != "") != test.whole || s.Backend != strings.TrimPrefix(strings.Split(test.reference, ":")[0], "ref+") {
				t.Errorf("the source is reported as %+v", s)
			}
			unseen(t, answers)
		})
	}
}
