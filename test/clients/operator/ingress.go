package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
)

// ingresses is a small ingress controller: every replica routes by host and path, the leader writes the addresses into the status.
type ingresses struct {
	client.Client
	manager ctrl.Manager
	mutex   sync.RWMutex
	routes  map[string][]route
}

type route struct{ ingress, host, path, target string }

func addIngresses(manager ctrl.Manager) error {
	i := &ingresses{Client: manager.GetClient(), manager: manager, routes: map[string][]route{}}
	if err := manager.Add(everywhere{i}); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(manager).Named("ingresses").For(&networkingv1.Ingress{}).
		WithOptions(controller.Options{NeedLeaderElection: ptr.To(false)}).Complete(i)
}

func (i *ingresses) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var ingress networkingv1.Ingress
	err := i.Get(ctx, request.NamespacedName, &ingress)
	var routes []route
	if err == nil && ingress.Spec.IngressClassName != nil && *ingress.Spec.IngressClassName == "harbour" {
		for _, rule := range ingress.Spec.Rules {
			for _, path := range rule.HTTP.Paths {
				routes = append(routes, route{request.String(), rule.Host, path.Path, i.address(ctx, ingress.Namespace, path.Backend.Service)})
			}
		}
	}
	i.mutex.Lock()
	i.routes[request.String()] = routes
	i.mutex.Unlock()
	if client.IgnoreNotFound(err) != nil || len(routes) == 0 {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	select {
	case <-i.manager.Elected():
	default:
		return ctrl.Result{}, nil
	}
	before := ingress.DeepCopy()
	ingress.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: os.Getenv("NODE_IP")}}
	return ctrl.Result{}, i.Status().Patch(ctx, &ingress, client.MergeFrom(before))
}

func (i *ingresses) address(ctx context.Context, namespace string, backend *networkingv1.IngressServiceBackend) string {
	var service corev1.Service
	if i.Get(ctx, client.ObjectKey{Namespace: namespace, Name: backend.Name}, &service) != nil {
		return ""
	}
	number := backend.Port.Number
	for _, port := range service.Spec.Ports {
		if port.Name != "" && port.Name == backend.Port.Name {
			number = port.Port
		}
	}
	return fmt.Sprintf("%s.%s:%d", backend.Name, namespace, number)
}

func (i *ingresses) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mutex.RLock()
	best := route{}
	for _, routes := range i.routes {
		for _, one := range routes {
			if host, _, _ := strings.Cut(r.Host, ":"); one.host == host && strings.HasPrefix(r.URL.Path, one.path) && len(one.path) >= len(best.path) {
				best = one
			}
		}
	}
	i.mutex.RUnlock()
	if best.target == "" {
		http.NotFound(w, r)
		return
	}
	httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: best.target}).ServeHTTP(w, r)
}

// everywhere runs on every replica, not on the leader alone.
type everywhere struct{ handler http.Handler }

func (everywhere) NeedLeaderElection() bool { return false }
func (e everywhere) Start(ctx context.Context) error {
	server := &http.Server{Addr: ":8000", Handler: e.handler}
	go func() { <-ctx.Done(); _ = server.Close() }()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}
