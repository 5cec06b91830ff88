package run

import (
	"os"
	"slices"
	"strings"
)

// loud are variables that have a client log what it sends and gets: of AWS, Azure and gRPC.
var loud = []string{
	"AWS_SDK_GO_LOG_LEVEL", "AZURE_SDK_GO_LOGGING", "GRPC_GO_LOG_SEVERITY_LEVEL", "GRPC_GO_LOG_VERBOSITY_LEVEL", "GRPC_BINARY_LOG_FILTER",
}

// quiet returns an environment, this process's if it is nil, without what has clients log their requests.
func quiet(environment []string) []string {
	if environment == nil {
		environment = os.Environ()
	}
	var kept []string
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		switch {
		case slices.Contains(loud, name):
			continue
		case name == "GODEBUG": // http2debug prints headers, with the token in them.
			variable = name + "=" + strings.Join(slices.DeleteFunc(strings.Split(value, ","),
				func(setting string) bool { return strings.HasPrefix(setting, "http2debug") }), ",")
		}
		kept = append(kept, variable)
	}
	return kept
}
