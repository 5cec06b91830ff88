package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/embed"
)

// etcdServer is an embedded etcd of one member that listens on a Unix socket only: etcd asks nobody
// who they are, so the socket lies in a folder that no other user may enter.
type etcdServer struct {
	server    *embed.Etcd
	socketDir string
	url       string // what the API server's --etcd-servers takes
}

// startEtcd starts etcd with its data in dataDir and returns when it serves.
func startEtcd(ctx context.Context, dataDir string, unsafeNoFsync bool) (*etcdServer, error) {
	// A Unix socket's path has at most 107 bytes, which the data folder of a test easily exceeds.
	socketDir, err := os.MkdirTemp("", "kube-apiserver-test-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for etcd's socket: %w", err)
	}
	socket := url.URL{Scheme: "unix", Path: filepath.Join(socketDir, "etcd")}
	server, err := embed.StartEtcd(etcdConfig(dataDir, socket, unsafeNoFsync))
	if err != nil {
		_ = os.RemoveAll(socketDir)
		return nil, fmt.Errorf("starting etcd: %w", err)
	}
	etcd := &etcdServer{server: server, socketDir: socketDir, url: socket.String()}
	select {
	case <-server.Server.ReadyNotify():
		return etcd, nil
	case err = <-server.Err():
	case <-server.Server.StopNotify():
		err = errors.New("it stopped")
	case <-ctx.Done():
		err = ctx.Err()
	}
	etcd.close()
	return nil, fmt.Errorf("waiting for etcd: %w", err)
}

func etcdConfig(dataDir string, socket url.URL, unsafeNoFsync bool) *embed.Config {
	config := embed.NewConfig()
	config.Name = "test"
	config.Dir = dataDir
	config.ListenClientUrls = []url.URL{socket}
	config.AdvertiseClientUrls = config.ListenClientUrls
	// The only member has no peers to listen to; the address it would have stays a name in its records.
	config.ListenPeerUrls = nil
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.EnableGRPCGateway = false
	config.UnsafeNoFsync = unsafeNoFsync
	config.LogLevel = "warn"
	return config
}

// wait returns nil when ctx is done, or why etcd ended before that.
func (e *etcdServer) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-e.server.Err():
		return fmt.Errorf("etcd: %w", err)
	case <-e.server.Server.StopNotify():
		return errors.New("etcd stopped by itself")
	}
}

// close stops etcd and returns when it has.
func (e *etcdServer) close() {
	e.server.Close()
	_ = os.RemoveAll(e.socketDir)
}
