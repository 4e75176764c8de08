package main

import (
	"context"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcore "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/scale"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/record"
)

// Every kind that can be watched: its informer syncs, typed where client-go has a type, with metadata only and without a type.
func (t *tour) everyKind() {
	client := must(discovery.NewDiscoveryClientForConfig(t.config))
	groups, lists, failed, err := client.GroupsAndMaybeResources()
	expect("aggregated discovery", err == nil && len(failed) == 0 && lists != nil && len(groups.Groups) > 20, failed, err)
	plain := discovery.NewDiscoveryClientForConfigOrDie(t.config)
	plain.UseLegacyDiscovery = true
	_, legacy, err := plain.ServerGroupsAndResources()
	expect("plain discovery", err == nil, err)
	verbs := func(lists []*metav1.APIResourceList) map[schema.GroupVersionResource]struct{} {
		return must(discovery.GroupVersionResources(discovery.FilteredBy(discovery.SupportsAllVerbs{Verbs: []string{"list", "watch"}}, lists)))
	}
	_, aggregated, err := client.ServerGroupsAndResources()
	expect("discovery", err == nil, err)
	resources := verbs(aggregated)
	expect("both forms of discovery agree", len(resources) > 50 && len(resources) == len(verbs(legacy)), len(resources), len(verbs(legacy)))

	ctx, cancel := context.WithTimeout(t.ctx, time.Minute)
	defer cancel()
	typed := informers.NewSharedInformerFactory(t.client, 0)
	partial := metadatainformer.NewSharedInformerFactory(must(metadata.NewForConfig(t.config)), 0)
	untyped := dynamicinformer.NewDynamicSharedInformerFactory(t.dynamic, 0)
	known := 0
	for resource := range resources {
		partial.ForResource(resource)
		untyped.ForResource(resource)
		if _, err := typed.ForResource(resource); err == nil {
			known++
		}
	}
	expect("typed informers", known > 50, known)
	typed.Start(ctx.Done())
	for kind, synced := range typed.WaitForCacheSync(ctx.Done()) {
		expect("informer synced", synced, kind)
	}
	for name, start := range map[string]interface {
		Start(<-chan struct{})
		WaitForCacheSync(<-chan struct{}) map[schema.GroupVersionResource]bool
	}{"metadata": partial, "dynamic": untyped} {
		start.Start(ctx.Done())
		for resource, synced := range start.WaitForCacheSync(ctx.Done()) {
			expect(name+" informer synced", synced, resource)
		}
	}
	nodes := must(typed.Core().V1().Nodes().Lister().List(labels.Everything()))
	same := must(partial.ForResource(corev1.SchemeGroupVersion.WithResource("nodes")).Lister().List(labels.Everything()))
	expect("nodes", len(nodes) > 0 && len(nodes) == len(same), len(nodes), len(same))
	expect("metadata alone", same[0].(*metav1.PartialObjectMetadata).UID != "" && same[0].(*metav1.PartialObjectMetadata).Name == nodes[0].Name, same[0])
}

// What a client knows of the scale of any kind, it knows from discovery.
func (t *tour) scales() {
	client := must(discovery.NewDiscoveryClientForConfig(t.config))
	mapper := restmapper.NewDiscoveryRESTMapper(must(restmapper.GetAPIGroupResources(client)))
	getter := must(scale.NewForConfig(t.config, mapper, dynamic.LegacyAPIPathResolverFunc, scale.NewDiscoveryScaleKindResolver(client)))
	web := t.client.AppsV1().Deployments(t.ns)
	must(web.Create(t.ctx, deployment("scaled", 0), metav1.CreateOptions{}))
	resource := schema.GroupResource{Group: "apps", Resource: "deployments"}
	now := must(getter.Scales(t.ns).Get(t.ctx, resource, "scaled", metav1.GetOptions{}))
	now.Spec.Replicas, now.ResourceVersion = 0, "" // whatever the controller has written meanwhile
	must(getter.Scales(t.ns).Update(t.ctx, resource, now, metav1.UpdateOptions{}))
	patched := must(getter.Scales(t.ns).Patch(t.ctx, schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}, "scaled", types.MergePatchType,
		[]byte(`{"spec":{"replicas":1}}`), metav1.PatchOptions{}))
	expect("a patched scale", patched.Spec.Replicas == 1 && strings.HasPrefix(patched.Status.Selector, "app=scaled"), patched)
	done(web.Delete(t.ctx, "scaled", metav1.DeleteOptions{}))
}

// Both libraries of events; what is said twice becomes one event with a count or a series.
func (t *tour) recordedEvents() {
	node := &corev1.ObjectReference{APIVersion: "v1", Kind: "ConfigMap", Namespace: t.ns, Name: "subject", UID: "1"}
	old := record.NewBroadcaster()
	old.StartRecordingToSink(&typedcore.EventSinkImpl{Interface: t.client.CoreV1().Events(t.ns)})
	recorder := old.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "tour"})
	for i := 0; i < 3; i++ {
		recorder.Event(node, corev1.EventTypeNormal, "Told", "the same thing")
	}
	t.until("a counted event", func() bool {
		list := must(t.client.CoreV1().Events(t.ns).List(t.ctx, metav1.ListOptions{FieldSelector: "reason=Told"}))
		return len(list.Items) == 1 && list.Items[0].Count == 3
	})
	old.Shutdown()
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: t.client.EventsV1()})
	done(broadcaster.StartRecordingToSinkWithContext(t.ctx))
	modern := broadcaster.NewRecorder(scheme.Scheme, "skiff.test/tour")
	for i := 0; i < 3; i++ {
		modern.Eventf(node, nil, corev1.EventTypeNormal, "Seen", "Looking", "number %d", 1)
	}
	t.until("an event with a series", func() bool {
		list := must(t.client.EventsV1().Events(t.ns).List(t.ctx, metav1.ListOptions{FieldSelector: "reason=Seen"}))
		return len(list.Items) == 1 && list.Items[0].Series != nil && list.Items[0].Regarding.Name == "subject"
	})
	broadcaster.Shutdown()
}

// Connections that break: an informer goes on where it was, and misses and repeats nothing.
func (t *tour) brokenWatches() {
	var mutex sync.Mutex
	var open []net.Conn
	config := rest.CopyConfig(t.config)
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		made, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err == nil {
			mutex.Lock()
			open = append(open, made)
			mutex.Unlock()
		}
		return made, err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(must(kubernetes.NewForConfig(config)), 0, informers.WithNamespace(t.ns),
		informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.LabelSelector = "broken=watch" }))
	informer := factory.Core().V1().ConfigMaps().Informer()
	var added, updated, deleted atomic.Int32
	must(informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(any) { added.Add(1) },
		UpdateFunc: func(before, after any) {
			if before.(*corev1.ConfigMap).ResourceVersion != after.(*corev1.ConfigMap).ResourceVersion {
				updated.Add(1)
			}
		}, DeleteFunc: func(any) { deleted.Add(1) }}))
	ctx, cancel := context.WithCancel(t.ctx)
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	api := t.client.CoreV1().ConfigMaps(t.ns)
	const rounds = 5
	for i := 0; i < rounds; i++ {
		made := must(api.Create(t.ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{GenerateName: "broken-", Labels: map[string]string{"broken": "watch"}}}, metav1.CreateOptions{}))
		t.until("the object in the cache", func() bool { return added.Load() == int32(i+1) })
		mutex.Lock()
		for _, connection := range open {
			_ = connection.Close()
		}
		open = nil
		mutex.Unlock()
		made.Data = map[string]string{"round": "one"}
		must(api.Update(t.ctx, made, metav1.UpdateOptions{}))
		t.until("the update in the cache", func() bool { return updated.Load() == int32(i+1) })
	}
	done(api.DeleteCollection(t.ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "broken=watch"}))
	t.until("an empty cache", func() bool { return len(informer.GetStore().List()) == 0 })
	expect("each event once", added.Load() == rounds && updated.Load() == rounds && deleted.Load() == rounds, added.Load(), updated.Load(), deleted.Load())
	cancel()
	factory.Shutdown()
}
