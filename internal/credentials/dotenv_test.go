package credentials_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

func TestParseEnv(t *testing.T) {
	for _, test := range []struct{ name, data, want string }{
		{"plain", "A=1\nB=two\n", "A=[1] B=[two]"},
		{"no newline at the end", "A=1", "A=[1]"},
		{"nothing", "", ""},
		{"comments and blank lines", "# c\n\n  # d\nA=1 # e\nB=a#b\nC=#\n", "A=[1] B=[a#b] C=[]"},
		{"export", "export A=1\n  export\tB=2\nexported=3\n", "A=[1] B=[2] exported=[3]"},
		{"empty", "A=\nB=''\nC=\"\"\n", "A=[] B=[] C=[]"},
		{"Windows", "\ufeffA=1\r\nB='x'\r\n", "A=[1] B=[x]"},
		{"single quotes", `A='a $b \n "c" # d' # e`, `A=[a $b \n "c" # d]`},
		{"double quotes", `A="a 'b' \"c\" \\ \$d \` + "`" + ` # e"`, `A=[a 'b' "c" \ $d ` + "`" + ` # e]`},
		{"escaped lines", `A="-----BEGIN\nx\ty\r"`, "A=[-----BEGIN\nx\ty\r]"},
		{"several lines", "A='one\n two \nthree'\nB=\"four\r\nfive\" # c\nC=6", "A=[one\n two \nthree] B=[four\nfive] C=[6]"},
		{"signs of tokens", "A=a/b+c=d@e:f,g~h!i%j^k*l?m[n]{o}-p\n", "A=[a/b+c=d@e:f,g~h!i%j^k*l?m[n]{o}-p]"},
		{"letters", "A=pässwörd\n", "A=[pässwörd]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			env, err := credentials.ParseEnv(".env", []byte(test.data))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, name := range env.Names() {
				value, ok := env.Lookup(name)
				if !ok {
					t.Errorf("%s is not found", name)
				}
				got = append(got, name+"=["+value.Reveal()+"]")
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if _, ok := env.Lookup("NONE"); ok {
				t.Error("a variable is found that is not there")
			}
		})
	}
}

func TestParseEnvTellsWhatIsWrongAndNoValue(t *testing.T) {
	const s = "sentinel"
	for _, test := range []struct{ name, data, want string }{
		{"no variable", s + "\n", ".env:1:1: is not a variable; write NAME=value, with no space before or after the equals sign"},
		{"space before", "A =" + s, ".env:1:1: is not a variable; write NAME=value, with no space before or after the equals sign"},
		{"space behind", "A= " + s, ".env:1:1: A: has a space before its value; remove it"},
		{"name", "1A=" + s, ".env:1:1: is not a variable; write NAME=value, with no space before or after the equals sign"},
		{"spaces", "\nA=" + s + " x", ".env:2:1: A: has a space in its value; put the value in single quotes"},
		{"dollar", "A=" + s + "$x", ".env:1:1: A: has a sign in its value that a shell would replace, and that is taken as it is here; put the value in single quotes"},
		{"backslash", `A=` + s + `\x`, ".env:1:1: A: has a sign in its value that a shell would replace, and that is taken as it is here; put the value in single quotes"},
		{"quote inside", `A=` + s + `"x"`, ".env:1:1: A: has a sign in its value that a shell would replace, and that is taken as it is here; put the value in single quotes"},
		{"ampersand", "A=" + s + "&x", ".env:1:1: A: has a sign in its value at which it ends for a shell, but not here; put the value in single quotes"},
		{"dollar in quotes", `A="` + s + `$x"`, ".env:1:1: A: has a sign in double quotes that a shell would replace, and that is taken as it is here; put the value in single quotes, or a backslash before the sign"},
		{"escape", `A="` + s + `\x"`, ".env:1:1: A: has a backslash before a sign that needs none; write two backslashes, or put the value in single quotes"},
		{"backslash at the end", "A=\"" + s + "\\\n\"", ".env:1:1: A: has a backslash at the end of a line; put the value in single quotes, or remove it\n.env:2:1: is not a variable; write NAME=value, with no space before or after the equals sign"},
		{"behind quotes", `A='` + s + `'x`, ".env:1:1: A: goes on behind its quotes; put the whole value in one pair of quotes"},
		{"open", "B=1\nA='" + s + "\nC=2\n", ".env:2:1: A: has a quotation mark that is never closed; close it, or put the value in quotes of the other kind"},
		{"twice", "A=1\nB='\n'\nA=" + s, ".env:4:1: A: is already on line 1; remove one of the two"},
		{"large", "A=" + strings.Repeat(s, secret.MaxSize), ".env:1:1: A: is larger than 64 KiB; check that it is the right value"},
		{"not text", "A=\xff" + s, ".env: the file is not text; check that it is the right one"},
		{"NUL", "A=\x00" + s, ".env: the file is not text; check that it is the right one"},
		{"large file", strings.Repeat("#", 1<<20+1), ".env: the file is larger than 1024 KiB; check that it is the right one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			env, err := credentials.ParseEnv(".env", []byte(test.data))
			var problems strictyaml.Problems
			if !errors.As(err, &problems) || env != nil {
				t.Fatalf("accepted: %v", err)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if strings.Contains(fmt.Sprintf("%+v", err), s) {
				t.Errorf("shown: %v", err)
			}
		})
	}
}

func TestParseEnvBoundsTheVariables(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "A%d=1\n", i)
	}
	if _, err := credentials.ParseEnv(".env", []byte(b.String())); err != nil {
		t.Error(err)
	}
	_, err := credentials.ParseEnv(".env", []byte(b.String()+"B=1\nC=1\n"))
	if err == nil || err.Error() != ".env:1001:1: these are more than 1000 variables; check that it is the right file" {
		t.Errorf("one more: %v", err)
	}
	_, err = credentials.ParseEnv(".env", []byte(strings.Repeat("x\n", 10_000)))
	var problems strictyaml.Problems
	if !errors.As(err, &problems) || len(problems) != 50 {
		t.Errorf("%d problems", len(problems))
	}
}
