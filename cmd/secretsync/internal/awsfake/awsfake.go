// Package awsfake is the part of AWS Secrets Manager and Systems Manager's Parameter Store, for tests, that secrets are
// read with. It takes only requests that are signed with its access key, and counts what is read.
package awsfake

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
)

// AWS is an account with secrets. Its methods can be called while it serves.
type AWS struct {
	// AccessKeyID, SecretAccessKey and Region are what requests must be signed with.
	AccessKeyID, SecretAccessKey, Region string

	mu         sync.Mutex
	secrets    map[string]string
	parameters map[string]string
	denied     map[string]bool
	reads      map[string]int
	says       string
	throttled  bool
}

// New returns an account with nothing in it.
func New(accessKeyID, secretAccessKey, region string) *AWS {
	return &AWS{
		AccessKeyID: accessKeyID, SecretAccessKey: secretAccessKey, Region: region,
		secrets: map[string]string{}, parameters: map[string]string{}, denied: map[string]bool{}, reads: map[string]int{},
	}
}

// PutSecret writes a secret of Secrets Manager.
func (a *AWS) PutSecret(name, value string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.secrets[name] = value
}

// PutParameter writes a parameter, whose name begins with a slash.
func (a *AWS) PutParameter(name, value string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.parameters[name] = value
}

// Deny refuses a secret or parameter, or a path of these, to everybody.
func (a *AWS) Deny(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.denied[name] = true
}

// Say has it repeat a text in each of its errors.
func (a *AWS) Say(text string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.says = text
}

// Throttle has it refuse everything for being asked too often.
func (a *AWS) Throttle() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.throttled = true
}

// Reads returns how often a secret, a parameter or a path of these was asked for.
func (a *AWS) Reads(name string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reads[name]
}

// request has the fields that any of the operations take.
type request struct {
	SecretID       string `json:"SecretId"`
	Name           string `json:"Name"`
	Path           string `json:"Path"`
	WithDecryption bool   `json:"WithDecryption"`
	Recursive      bool   `json:"Recursive"`
}

// ServeHTTP answers in AWS's JSON protocol 1.1.
func (a *AWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	service, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var asked request
	switch {
	case err != nil || r.Method != http.MethodPost || r.URL.Path != "/" || r.Header.Get("Content-Type") != "application/x-amz-json-1.1":
		a.refuse(w, "UnknownOperationException", "not a request of this protocol")
		return
	case json.Unmarshal(body, &asked) != nil:
		a.refuse(w, "SerializationException", "the body is not JSON")
		return
	}
	signedFor := map[string]string{"secretsmanager": "secretsmanager", "AmazonSSM": "ssm"}[service]
	if code, message := a.verify(r, body, signedFor); code != "" {
		a.refuse(w, code, message)
		return
	}
	if a.throttled {
		a.refuse(w, "ThrottlingException", "Rate exceeded")
		return
	}
	switch service + "." + operation {
	case "secretsmanager.GetSecretValue":
		a.secret(w, asked.SecretID)
	case "AmazonSSM.GetParameter":
		a.parameter(w, asked)
	case "AmazonSSM.GetParametersByPath":
		a.path(w, asked)
	default:
		a.refuse(w, "UnknownOperationException", operation)
	}
}

func (a *AWS) secret(w http.ResponseWriter, name string) {
	a.reads[name]++
	value, ok := a.secrets[name]
	switch {
	case name == "":
		a.refuse(w, "ValidationException", "Value at 'secretId' failed to satisfy constraint")
	case a.denied[name]:
		a.refuse(w, "AccessDeniedException", "User is not authorized to perform: secretsmanager:GetSecretValue on resource: "+name)
	case !ok:
		a.refuse(w, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	default:
		answer(w, map[string]any{"Name": name, "SecretString": value, "VersionId": "1"})
	}
}

func (a *AWS) parameter(w http.ResponseWriter, asked request) {
	a.reads[asked.Name]++
	value, ok := a.parameters[asked.Name]
	switch {
	case a.denied[asked.Name]:
		a.refuse(w, "AccessDeniedException", "User is not authorized to perform: ssm:GetParameter on resource: "+asked.Name)
	case !ok:
		a.refuse(w, "ParameterNotFound", "")
	default:
		answer(w, map[string]any{"Parameter": a.decrypted(asked.Name, value, asked)})
	}
}

func (a *AWS) path(w http.ResponseWriter, asked request) {
	a.reads[asked.Path+"/*"]++
	if a.denied[asked.Path] {
		a.refuse(w, "AccessDeniedException", "User is not authorized to perform: ssm:GetParametersByPath on resource: "+asked.Path)
		return
	}
	found := []any{}
	for name, value := range a.parameters {
		rest, below := strings.CutPrefix(name, strings.TrimSuffix(asked.Path, "/")+"/")
		if below && (asked.Recursive || !strings.Contains(rest, "/")) {
			found = append(found, a.decrypted(name, value, asked))
		}
	}
	answer(w, map[string]any{"Parameters": found})
}

// decrypted is a parameter of type SecureString: whoever does not ask for it decrypted gets ciphertext.
func (a *AWS) decrypted(name, value string, asked request) map[string]any {
	if !asked.WithDecryption {
		value = "AQICAHciphertext"
	}
	return map[string]any{"Name": name, "Value": value, "Type": "SecureString", "Version": 1}
}

func (a *AWS) refuse(w http.ResponseWriter, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-ErrorType", code)
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message + a.says}) // as in answer
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(body) // if the client is gone, nobody is left to tell
}
