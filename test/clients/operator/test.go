package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

const ns = "client-operator"

type suite struct {
	ctx      context.Context
	client   client.WithWatch
	warnings heard
}

// heard keeps the warnings that came with answers.
type heard struct {
	mutex sync.Mutex
	texts []string
}

func (h *heard) HandleWarningHeaderWithContext(_ context.Context, _ int, _ string, text string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.texts = append(h.texts, text)
}
func (h *heard) has(part string) bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return strings.Contains(strings.Join(h.texts, "\n"), part)
}

func expect(what string, holds bool, seen ...any) {
	if !holds {
		fmt.Println("FAIL", what, seen)
		os.Exit(1)
	}
}

func (s *suite) until(what string, holds func() bool) {
	for end := time.Now().Add(60 * time.Second); !holds(); time.Sleep(50 * time.Millisecond) {
		expect(what+" in time", time.Now().Before(end))
	}
}

func test(ctx context.Context) {
	config := must(ctrl.GetConfig())
	config.QPS, config.Burst = 1000, 2000
	types := knownTypes()
	mutating, validating := hooks("unused")
	environment := &envtest.Environment{Config: config, UseExistingCluster: ptr.To(true), Scheme: types,
		CRDInstallOptions: envtest.CRDInstallOptions{CRDs: []*apiextensionsv1.CustomResourceDefinition{boatCRD()}, CleanUpAfterUse: true},
		WebhookInstallOptions: envtest.WebhookInstallOptions{MutatingWebhooks: []*admissionv1.MutatingWebhookConfiguration{mutating},
			ValidatingWebhooks: []*admissionv1.ValidatingWebhookConfiguration{validating}}}
	must(environment.Start())
	s := &suite{ctx: ctx}
	own := rest.CopyConfig(config)
	own.WarningHandlerWithContext = &s.warnings
	s.client = must(client.NewWithWatch(own, client.Options{Scheme: types}))
	done(client.IgnoreAlreadyExists(s.client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}})))
	at := environment.WebhookInstallOptions
	serving := newManager(config, ctrl.Options{WebhookServer: webhook.NewServer(webhook.Options{Host: at.LocalServingHost, Port: at.LocalServingPort, CertDir: at.LocalServingCertDir})})
	done(addWebhooks(serving))
	stopServing := s.start(serving)
	s.until("webhooks", func() bool { return serving.GetWebhookServer().StartedChecker()(nil) == nil })

	part := func(name string, run func()) {
		from := time.Now()
		run()
		fmt.Printf("ok  %s (%d ms)\n", name, time.Since(from).Milliseconds())
	}
	part("admission", s.admission)
	part("versions", s.versions)
	part("reconciliation by the leader of two", func() { s.leaders(config) })
	done(client.IgnoreNotFound(s.client.Delete(ctx, mutating)))
	done(client.IgnoreNotFound(s.client.Delete(ctx, validating)))
	done(s.client.Delete(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}))
	s.until("the namespace's end", func() bool {
		return apierrors.IsNotFound(s.client.Get(ctx, client.ObjectKey{Name: ns}, &corev1.Namespace{}))
	})
	stopServing()
	done(environment.Stop())
	fmt.Println("operator: done")
}

// start runs a manager; the function that it returns stops it and waits.
func (s *suite) start(m manager.Manager) func() {
	ctx, cancel := context.WithCancel(s.ctx)
	ended := make(chan error, 1)
	go func() { ended <- m.Start(ctx) }()
	return func() { cancel(); done(<-ended) }
}

func boat(name string, spec BoatSpec) *Boat {
	return &Boat{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}, Spec: spec}
}

func (s *suite) admission() {
	one := boat("one", BoatSpec{Length: 5})
	done(s.client.Create(s.ctx, one))
	expect("defaults", *one.Spec.Crew == 1 && one.Spec.Image == "skiff/hello", one.Spec)
	err := s.client.Create(s.ctx, boat("unlucky", BoatSpec{Length: 26}))
	var status apierrors.APIStatus
	expect("a refusal with its causes", apierrors.IsInvalid(err) && errors.As(err, &status) && status.Status().Details.Causes[0].Field == "spec.length" &&
		strings.HasPrefix(err.Error(), `admission webhook "rules.`+group+`" denied the request: `), err)
	err = s.client.Create(s.ctx, boat("crowded", BoatSpec{Length: 2, Crew: ptr.To[int32](3)}))
	expect("a rule of the schema", apierrors.IsInvalid(err) && strings.Contains(err.Error(), "the crew does not fit"), err)
	done(s.client.Create(s.ctx, boat("ship", BoatSpec{Length: 200}), client.DryRunAll))
	expect("a warning", s.warnings.has("a boat of over 100 m is a ship"), s.warnings.texts)
	one.Spec.Harbour = "north"
	one.Annotations = map[string]string{"moored": "yes"}
	done(s.client.Update(s.ctx, one))
	one.Spec.Harbour = "south"
	err = s.client.Update(s.ctx, one)
	expect("a refused update", apierrors.IsForbidden(err) && strings.Contains(err.Error(), "does not change its harbour from north to south"), err)
	err = s.client.Delete(s.ctx, one)
	expect("a refused delete", apierrors.IsForbidden(err) && strings.Contains(err.Error(), "one is moored"), err)
	done(s.client.Patch(s.ctx, one, client.RawPatch("application/json-patch+json", []byte(`[{"op":"remove","path":"/metadata/annotations/moored"}]`))))
	done(s.client.Delete(s.ctx, one))
}

func (s *suite) versions() {
	w := must(s.client.Watch(s.ctx, &OldBoatList{}, client.InNamespace(ns)))
	defer w.Stop()
	old := &OldBoat{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "old"}, Spec: OldBoatSpec{Size: "7m"}}
	done(s.client.Create(s.ctx, old))
	expect("defaults of an old boat", *old.Spec.Crew == 1 && old.Spec.Size == "7m", old.Spec)
	expect("a warning of an old version", s.warnings.has("boats of v1alpha1 are old"), s.warnings.texts)
	event := <-w.ResultChan()
	seen, converted := event.Object.(*OldBoat)
	expect("a watch in the old version", converted && event.Type == "ADDED" && seen.Spec.Size == "7m", event)
	err := s.client.Create(s.ctx, &OldBoat{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "unlucky"}, Spec: OldBoatSpec{Size: "13m"}})
	expect("the rules of the equivalent version", apierrors.IsInvalid(err) && strings.Contains(err.Error(), "brings bad luck"), err)
	now := &Boat{}
	done(s.client.Get(s.ctx, client.ObjectKeyFromObject(old), now))
	expect("the new version", now.Spec.Length == 7 && now.UID == old.UID && now.ResourceVersion == old.ResourceVersion, now)
	now.Spec.Greeting = "ahoy"
	done(s.client.Update(s.ctx, now))
	done(s.client.Get(s.ctx, client.ObjectKeyFromObject(old), old))
	expect("what the old version has no field for", old.Annotations[group+"/greeting"] == "ahoy" && old.Generation == 2, old)
	old.Spec.Size = "8m"
	done(s.client.Update(s.ctx, old))
	var list BoatList
	done(s.client.List(s.ctx, &list, client.InNamespace(ns)))
	expect("a list", len(list.Items) == 1 && list.Items[0].Spec.Length == 8 && list.Items[0].Spec.Greeting == "ahoy" && len(list.Items[0].Annotations) == 0, list)
	old.Spec.Size = "many"
	err = s.client.Update(s.ctx, old)
	expect("a failed conversion", err != nil && strings.Contains(err.Error(), "failed: a size is a number of metres"), err)
	crd := boatCRD()
	apiextensionsv1.AddToScheme(s.client.Scheme())
	done(s.client.Get(s.ctx, client.ObjectKeyFromObject(crd), crd))
	expect("stored versions", len(crd.Status.StoredVersions) == 1 && crd.Status.StoredVersions[0] == "v1", crd.Status)
	// Watches from a revision: what happened since is told, also to selectors, which speak of the version that is asked for.
	from := list.ResourceVersion
	now.Labels, now.ResourceVersion = map[string]string{"hull": "steel"}, ""
	done(s.client.Patch(s.ctx, now, client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"labels":{"hull":"steel"}}}`))))
	done(s.client.Patch(s.ctx, now, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"length":9}}`))))
	middle := now.ResourceVersion
	done(s.client.Patch(s.ctx, now, client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"labels":null}}`))))
	last := now.ResourceVersion
	done(s.client.DeleteAllOf(s.ctx, &OldBoat{}, client.InNamespace(ns)))
	told := func(list client.ObjectList, since string, selects client.ListOption, expected ...string) {
		options := &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: since}}
		w := must(s.client.Watch(s.ctx, list, client.InNamespace(ns), options, selects))
		defer w.Stop()
		for _, one := range expected {
			select {
			case event := <-w.ResultChan():
				expect("a watch since "+since, string(event.Type) == one, event, expected)
			case <-time.After(10 * time.Second):
				expect("a watch since "+since+" in time", false, one, expected)
			}
		}
	}
	steel, named := client.MatchingLabels{"hull": "steel"}, client.MatchingFields{"metadata.name": "old"}
	for _, list := range []client.ObjectList{&OldBoatList{}, &BoatList{}} {
		told(list, from, steel, "ADDED", "MODIFIED", "DELETED")
		told(list, middle, steel, "DELETED")
		told(list, middle, named, "MODIFIED", "DELETED")
		told(list, last, named, "DELETED")
	}
	done(s.client.List(s.ctx, &list, client.InNamespace(ns)))
	expect("delete all of", len(list.Items) == 0, list)
}

func (s *suite) leaders(config *rest.Config) {
	elect := func() ctrl.Options {
		return ctrl.Options{LeaderElection: true, LeaderElectionID: "harbour", LeaderElectionNamespace: ns, LeaderElectionReleaseOnCancel: true,
			LeaseDuration: ptr.To(4 * time.Second), RenewDeadline: ptr.To(3 * time.Second), RetryPeriod: ptr.To(300 * time.Millisecond)}
	}
	first, second := newManager(config, elect()), newManager(config, elect())
	done(addReconciler(first, "boats"))
	done(addReconciler(second, "boats"))
	stopFirst := s.start(first)
	<-first.Elected()
	stopSecond := s.start(second)
	select {
	case <-second.Elected():
		expect("only one leads", false)
	case <-time.After(time.Second):
	}
	done(s.client.Create(s.ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "north"}, Data: map[string]string{"greeting": "good day"}}))
	tender := boat("tender", BoatSpec{Length: 5, Crew: ptr.To[int32](2), Harbour: "north"})
	key := client.ObjectKeyFromObject(tender)
	done(s.client.Create(s.ctx, tender))
	ready := func() bool {
		done(s.client.Get(s.ctx, key, tender))
		return meta.IsStatusConditionTrue(tender.Status.Conditions, "Ready") && tender.Status.ObservedGeneration == tender.Generation && tender.Status.Aboard == *tender.Spec.Crew
	}
	s.until("a ready boat", ready)
	greeting := func() string {
		var crew appsv1.Deployment
		if s.client.Get(s.ctx, key, &crew) != nil {
			return ""
		}
		return crew.Spec.Template.Spec.Containers[0].Env[0].Value
	}
	expect("the harbour's greeting", greeting() == "good day")
	done(s.client.Patch(s.ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "north"}}, client.RawPatch("application/merge-patch+json", []byte(`{"data":{"greeting":"moin"}}`))))
	s.until("the harbour's new greeting", func() bool { return greeting() == "moin" })

	stopFirst()
	<-second.Elected()
	done(s.client.Delete(s.ctx, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "tender"}}))
	s.until("a crew made again by the second", func() bool { return greeting() == "moin" })
	scale := &autoscalingv1.Scale{Spec: autoscalingv1.ScaleSpec{Replicas: 1}}
	done(s.client.SubResource("scale").Update(s.ctx, tender, client.WithSubResourceBody(scale)))
	s.until("a smaller crew", func() bool { return ready() && *tender.Spec.Crew == 1 })
	generation := tender.Generation
	done(s.client.SubResource("scale").Get(s.ctx, tender, scale))
	expect("scale", scale.Spec.Replicas == 1 && scale.Status.Replicas == 1 && scale.Status.Selector == "boat=tender", scale)
	var events corev1.EventList
	done(s.client.List(s.ctx, &events, client.InNamespace(ns), client.MatchingFields{"involvedObject.name": "tender", "reason": "Crewed"}))
	expect("events", len(events.Items) > 0 && events.Items[0].Source.Component == "harbour", events)

	// What runs settles: without a change of the wish there are no more writes.
	time.Sleep(time.Second)
	done(s.client.Get(s.ctx, key, tender))
	settled := tender.ResourceVersion
	time.Sleep(2 * time.Second)
	done(s.client.Get(s.ctx, key, tender))
	expect("a settled boat", tender.ResourceVersion == settled && tender.Generation == generation, tender)

	done(s.client.Delete(s.ctx, tender, client.PropagationPolicy(metav1.DeletePropagationForeground)))
	s.until("the boat's end", func() bool { return apierrors.IsNotFound(s.client.Get(s.ctx, key, tender)) })
	for _, owned := range []client.Object{&appsv1.Deployment{}, &corev1.Service{}} {
		s.until("the end of what it owned", func() bool { return apierrors.IsNotFound(s.client.Get(s.ctx, key, owned)) })
	}
	err := s.client.Get(s.ctx, client.ObjectKey{Namespace: "default", Name: "berth-tender"}, &corev1.ConfigMap{})
	expect("what the finalizer does", apierrors.IsNotFound(err), err)
	stopSecond()
}
