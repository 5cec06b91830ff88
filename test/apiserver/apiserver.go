package main

import (
	"context"
	"fmt"
	"net"

	"github.com/spf13/pflag"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/rest"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	kubeoptions "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

// runAPIServer runs kube-apiserver on listener until ctx is done; it then lets requests in flight
// finish and ends watches. It may be called once per process: Kubernetes keeps its feature gates in globals.
func runAPIServer(ctx context.Context, listener net.Listener, etcdURL string, creds credentials) error {
	server := kubeoptions.NewServerRunOptions()
	flags := pflag.NewFlagSet("kube-apiserver", pflag.ContinueOnError)
	for _, set := range server.Flags().FlagSets {
		flags.AddFlagSet(set)
	}
	if err := flags.Parse(apiServerFlags(etcdURL, creds)); err != nil {
		return fmt.Errorf("flags of kube-apiserver: %w", err)
	}
	// A listener instead of --secure-port: kube-apiserver itself refuses port 0.
	server.SecureServing.Listener = listener
	if err := server.GenericServerRunOptions.ComponentGlobalsRegistry.Set(); err != nil {
		return fmt.Errorf("feature gates of kube-apiserver: %w", err)
	}
	// As kube-apiserver does: it would warn itself about deprecated versions that it serves.
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
	completed, err := server.Complete(ctx)
	if err != nil {
		return fmt.Errorf("options of kube-apiserver: %w", err)
	}
	if errs := completed.Validate(); len(errs) > 0 {
		return fmt.Errorf("options of kube-apiserver: %w", utilerrors.NewAggregate(errs))
	}
	if err := app.Run(ctx, completed); err != nil {
		return fmt.Errorf("kube-apiserver: %w", err)
	}
	return nil
}

func apiServerFlags(etcdURL string, creds credentials) []string {
	return []string{
		"--etcd-servers=" + etcdURL,
		"--tls-cert-file=" + creds.servingCert,
		"--tls-private-key-file=" + creds.servingKey,
		"--token-auth-file=" + creds.tokens,
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + creds.serviceAccountKey,
		"--service-account-signing-key-file=" + creds.serviceAccountKey,
		"--service-cluster-ip-range=10.96.0.0/16",
		// The Service "kubernetes" may not point at a loopback address, and nobody here would use it.
		"--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none",
		// Stop after the requests in flight and at most 2 s more; without it an open watch holds up
		// the stop for a minute.
		"--shutdown-send-retry-after=true",
	}
}
