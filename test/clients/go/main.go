// client-go against a running cluster, once with JSON and once with protobuf: one function a thing; the first that fails ends it.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

type tour struct {
	ctx     context.Context
	config  *rest.Config
	ns      string
	client  *kubernetes.Clientset
	dynamic *dynamic.DynamicClient
}

func expect(what string, good bool, got ...any) {
	if !good {
		fmt.Fprintln(os.Stderr, append([]any{"failed:", what}, got...)...)
		os.Exit(1)
	}
}

func must[T any](value T, err error) T {
	expect("no error", err == nil, err)
	return value
}

func done(err error) { expect("no error", err == nil, err) }

func (t *tour) until(what string, check func() bool) {
	err := wait.PollUntilContextTimeout(t.ctx, 50*time.Millisecond, 60*time.Second, true, func(context.Context) (bool, error) { return check(), nil })
	expect("waited in vain for "+what, err == nil)
}

func helloSpec() corev1.PodSpec {
	grace := int64(1)
	return corev1.PodSpec{TerminationGracePeriodSeconds: &grace,
		Containers: []corev1.Container{{Name: "hello", Image: "skiff/hello", Ports: []corev1.ContainerPort{{ContainerPort: 8080}}}}}
}

func run(name, contentType string) {
	config := must(clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG")))
	config.QPS, config.Burst = -1, -1
	plain := rest.CopyConfig(config)
	config.ContentType, config.AcceptContentTypes = contentType, contentType+",application/json"
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	t := &tour{ctx: ctx, config: plain, ns: "client-go-" + name, client: must(kubernetes.NewForConfig(config)), dynamic: must(dynamic.NewForConfig(plain))}
	must(t.client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: t.ns}}, metav1.CreateOptions{}))
	t.until("the service account", func() bool {
		_, err := t.client.CoreV1().ServiceAccounts(t.ns).Get(ctx, "default", metav1.GetOptions{})
		return err == nil
	})
	for _, part := range []struct {
		name string
		call func()
	}{{"objects", t.objects}, {"apply", t.apply}, {"deployments", t.deployments}, {"informers", t.informers}, {"watchList", t.watchList},
		{"leaderElection", t.leaderElection}, {"dynamic", t.dynamicKinds}, {"everyKind", t.everyKind}, {"scales", t.scales},
		{"events", t.recordedEvents}, {"brokenWatches", t.brokenWatches}, {"pods", t.pods}} {
		part.call()
		fmt.Println("ok", name, part.name)
	}
	done(t.client.CoreV1().Namespaces().Delete(ctx, t.ns, metav1.DeleteOptions{}))
	t.until("the namespace's end", func() bool {
		_, err := t.client.CoreV1().Namespaces().Get(ctx, t.ns, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
}

func main() {
	run("json", "application/json")
	run("protobuf", "application/vnd.kubernetes.protobuf")
	fmt.Println("client-go: done")
}
