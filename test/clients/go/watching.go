package main

import (
	"context"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/utils/ptr"
)

func (t *tour) informers() {
	factory := informers.NewSharedInformerFactoryWithOptions(t.client, 0, informers.WithNamespace(t.ns))
	informer := factory.Core().V1().ConfigMaps()
	var added, updated, deleted atomic.Int32
	must(informer.Informer().AddEventHandler(cache.FilteringResourceEventHandler{
		FilterFunc: func(o any) bool { m, ok := o.(*corev1.ConfigMap); return ok && m.Name == "watched" },
		Handler:    cache.ResourceEventHandlerFuncs{AddFunc: func(any) { added.Add(1) }, UpdateFunc: func(_, _ any) { updated.Add(1) }, DeleteFunc: func(any) { deleted.Add(1) }},
	}))
	pods := factory.Core().V1().Pods().Lister()
	ctx, cancel := context.WithCancel(t.ctx)
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		expect("informer synced", synced, kind)
	}
	_, _ = pods.Pods(t.ns).Get("none")
	api := t.client.CoreV1().ConfigMaps(t.ns)
	made := must(api.Create(t.ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "watched"}}, metav1.CreateOptions{}))
	t.until("the lister", func() bool { _, err := informer.Lister().ConfigMaps(t.ns).Get("watched"); return err == nil })
	made.Data = map[string]string{"a": "b"}
	must(api.Update(t.ctx, made, metav1.UpdateOptions{}))
	done(api.Delete(t.ctx, "watched", metav1.DeleteOptions{}))
	t.until("the handlers", func() bool { return added.Load() == 1 && updated.Load() == 1 && deleted.Load() == 1 })
	cancel()
	factory.Shutdown()
}

// A list that is streamed by a watch ends in a bookmark that says so.
func (t *tour) watchList() {
	api := t.client.CoreV1().ConfigMaps(t.ns)
	w := must(api.Watch(t.ctx, metav1.ListOptions{SendInitialEvents: ptr.To(true), AllowWatchBookmarks: true, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan}))
	defer w.Stop()
	initial := 0
	for event := range w.ResultChan() {
		if event.Type == watch.Added {
			initial++
			continue
		}
		object := event.Object.(*corev1.ConfigMap)
		expect("the end of the initial events", event.Type == watch.Bookmark && object.Annotations[metav1.InitialEventsAnnotationKey] == "true", event)
		break
	}
	expect("initial events", initial == len(must(api.List(t.ctx, metav1.ListOptions{})).Items), initial)
}

func (t *tour) leaderElection() {
	lead := func(ctx context.Context, who string, leading chan<- string) {
		leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
			Lock: &resourcelock.LeaseLock{LeaseMeta: metav1.ObjectMeta{Name: "lead", Namespace: t.ns}, Client: t.client.CoordinationV1(),
				LockConfig: resourcelock.ResourceLockConfig{Identity: who}},
			LeaseDuration: 3 * time.Second, RenewDeadline: 2 * time.Second, RetryPeriod: 200 * time.Millisecond, ReleaseOnCancel: true,
			Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(context.Context) { leading <- who }, OnStoppedLeading: func() {}},
		})
	}
	leading := make(chan string, 2)
	first, stopFirst := context.WithCancel(t.ctx)
	second, stopSecond := context.WithCancel(t.ctx)
	defer stopSecond()
	go lead(first, "one", leading)
	expect("the first leader", <-leading == "one")
	go lead(second, "two", leading)
	select {
	case who := <-leading:
		expect("only one leads", false, who)
	case <-time.After(time.Second):
	}
	stopFirst()
	expect("the second leader", <-leading == "two")
	lease := must(t.client.CoordinationV1().Leases(t.ns).Get(t.ctx, "lead", metav1.GetOptions{}))
	expect("lease", *lease.Spec.HolderIdentity == "two" && *lease.Spec.LeaseTransitions >= 1, lease.Spec)
}
