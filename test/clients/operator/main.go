// An operator as its users write them, with controller-runtime: two versions of a kind with a conversion webhook, defaulting and validating
// webhooks, leader election, a finalizer, owned objects, status with conditions; beside it an ingress controller
// and an API server for aggregation. Without an argument it runs in a pod of the cluster.
// `operator manifests NAMESPACE IMAGE` prints what installs it there; `operator test` is the flow of an envtest suite against KUBECONFIG's cluster.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

func main() {
	switch {
	case len(os.Args) == 4 && os.Args[1] == "manifests":
		done(printManifests(os.Args[2], os.Args[3]))
	case len(os.Args) == 2 && os.Args[1] == "test":
		log.SetLogger(logr.Discard())
		test(ctrl.SetupSignalHandler())
	case len(os.Args) == 1:
		log.SetLogger(zap.New())
		done(runInPod(ctrl.SetupSignalHandler()))
	default:
		fmt.Fprintln(os.Stderr, "usage: operator [manifests NAMESPACE IMAGE | test]")
		os.Exit(2)
	}
}

func knownTypes() *runtime.Scheme {
	made := runtime.NewScheme()
	done(scheme.AddToScheme(made))
	done(addBoats(made))
	return made
}

func runInPod(ctx context.Context) error {
	manager, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme: knownTypes(), LeaderElection: true, LeaderElectionID: "harbour", LeaderElectionReleaseOnCancel: true,
		HealthProbeBindAddress: ":8081", Metrics: server.Options{BindAddress: "0"},
		WebhookServer: webhook.NewServer(webhook.Options{Port: 9443, CertDir: "/certs"}),
	})
	if err != nil {
		return err
	}
	done(manager.AddHealthzCheck("ping", healthz.Ping))
	done(manager.AddReadyzCheck("webhooks", manager.GetWebhookServer().StartedChecker()))
	done(addWebhooks(manager))
	done(addReconciler(manager, "boats"))
	done(addIngresses(manager))
	done(manager.Add(winds{manager}))
	return manager.Start(ctx)
}

// newManager is one of several in this process: without a metrics port, with a name of its own.
func newManager(config *rest.Config, options ctrl.Options) ctrl.Manager {
	options.Scheme = knownTypes()
	options.Metrics = server.Options{BindAddress: "0"}
	return must(ctrl.NewManager(config, options))
}

func done(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	done(err)
	return value
}
