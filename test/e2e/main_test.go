package e2e_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// cluster is what all tests of the package run on: starting one takes too long for each to have its own.
var cluster *harness.Cluster

// parallel is how many tests run at once. They mostly wait for each other's processes to do
// something, so it is more than there are processors.
const parallel = "6"

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m)) //nolint:forbidigo // this is the main of the tests
}

func run(m *testing.M) int {
	if err := setParallel(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var err error
	if cluster, err = harness.StartCluster(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "the end-to-end tests can't begin:", err)
		return 1
	}
	code := m.Run()
	if err := cluster.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "after the end-to-end tests:", err)
		return 1
	}
	return code
}

// setParallel sets the number of parallel tests, unless the command line does.
func setParallel() error {
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "test.parallel" })
	if set {
		return nil
	}
	return flag.Set("test.parallel", parallel)
}
