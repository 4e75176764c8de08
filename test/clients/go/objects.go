package main

import (
	"maps"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	appsapply "k8s.io/client-go/applyconfigurations/apps/v1"
	coreapply "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/util/retry"
	"k8s.io/utils/ptr"
)

func (t *tour) objects() {
	api := t.client.CoreV1().ConfigMaps(t.ns)
	one := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "one", Labels: map[string]string{"a": "1"}}, Data: map[string]string{"k": "v"}, BinaryData: map[string][]byte{"b": {0, 255}}}
	made := must(api.Create(t.ctx, one, metav1.CreateOptions{}))
	expect("binary data", string(made.BinaryData["b"]) == "\x00\xff" && made.UID != "")
	_, err := api.Create(t.ctx, one, metav1.CreateOptions{})
	expect("a second create", apierrors.IsAlreadyExists(err), err)
	_, err = api.Get(t.ctx, "none", metav1.GetOptions{})
	expect("get of nothing", apierrors.IsNotFound(err), err)
	_, err = api.Create(t.ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "Not_A_Name"}}, metav1.CreateOptions{})
	expect("a bad name", apierrors.IsInvalid(err) && apierrors.HasStatusCause(err, metav1.CauseTypeFieldValueInvalid), err)
	for _, name := range []string{"p1", "p2", "p3"} {
		must(api.Create(t.ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"page": "yes"}}}, metav1.CreateOptions{}))
	}
	page := must(api.List(t.ctx, metav1.ListOptions{LabelSelector: "page in (yes)", Limit: 2}))
	expect("a page", len(page.Items) == 2 && page.RemainingItemCount == nil) // not counted where a selector stands
	page = must(api.List(t.ctx, metav1.ListOptions{LabelSelector: "page in (yes)", Limit: 2, Continue: page.Continue}))
	expect("the last page", len(page.Items) == 1 && page.Items[0].Name == "p3")
	merged := must(api.Patch(t.ctx, "one", types.MergePatchType, []byte(`{"data":{"k":null,"n":"2"}}`), metav1.PatchOptions{}))
	expect("merge patch", maps.Equal(merged.Data, map[string]string{"n": "2"}))
	added := must(api.Patch(t.ctx, "one", types.JSONPatchType, []byte(`[{"op":"add","path":"/data/j","value":"3"}]`), metav1.PatchOptions{}))
	expect("JSON patch", added.Data["j"] == "3")
	made.Data["late"] = "yes"
	_, err = api.Update(t.ctx, made, metav1.UpdateOptions{})
	expect("a stale update", apierrors.IsConflict(err), err)
	dry := must(api.Create(t.ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{GenerateName: "dry-"}}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}))
	_, err = api.Get(t.ctx, dry.Name, metav1.GetOptions{})
	expect("dry run", apierrors.IsNotFound(err), err)
	done(api.DeleteCollection(t.ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "page"}))
	wrong := types.UID("not-this")
	err = api.Delete(t.ctx, "one", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &wrong}})
	expect("a delete with another's uid", apierrors.IsConflict(err), err)
	done(api.Delete(t.ctx, "one", metav1.DeleteOptions{}))
}

func (t *tour) apply() {
	api := t.client.CoreV1().ConfigMaps(t.ns)
	must(api.Apply(t.ctx, coreapply.ConfigMap("applied", t.ns).WithData(map[string]string{"a": "1", "b": "1"}), metav1.ApplyOptions{FieldManager: "one"}))
	two := coreapply.ConfigMap("applied", t.ns).WithData(map[string]string{"a": "2"})
	_, err := api.Apply(t.ctx, two, metav1.ApplyOptions{FieldManager: "two"})
	expect("conflict", apierrors.IsConflict(err) && apierrors.HasStatusCause(err, metav1.CauseTypeFieldManagerConflict), err)
	must(api.Apply(t.ctx, two, metav1.ApplyOptions{FieldManager: "two", Force: true}))
	last := must(api.Apply(t.ctx, coreapply.ConfigMap("applied", t.ns), metav1.ApplyOptions{FieldManager: "one"}))
	expect("what its owner leaves out", maps.Equal(last.Data, map[string]string{"a": "2"}), last.Data)
	owned := must(coreapply.ExtractConfigMap(last, "two"))
	expect("extract", maps.Equal(owned.Data, map[string]string{"a": "2"}), owned.Data)
}

func deployment(name string, replicas int32) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: appsv1.DeploymentSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: helloSpec()}}}
}

func (t *tour) deployments() {
	api := t.client.AppsV1().Deployments(t.ns)
	must(api.Create(t.ctx, deployment("web", 1), metav1.CreateOptions{}))
	patched := must(api.Patch(t.ctx, "web", types.StrategicMergePatchType,
		[]byte(`{"spec":{"template":{"spec":{"containers":[{"name":"hello","env":[{"name":"A","value":"1"}]}]}}}}`), metav1.PatchOptions{}))
	expect("strategic patch", len(patched.Spec.Template.Spec.Containers) == 1 && patched.Spec.Template.Spec.Containers[0].Image == "skiff/hello")
	done(retry.RetryOnConflict(retry.DefaultRetry, func() error {
		scale := must(api.GetScale(t.ctx, "web", metav1.GetOptions{}))
		_, err := api.UpdateScale(t.ctx, "web", &autoscalingv1.Scale{ObjectMeta: scale.ObjectMeta, Spec: autoscalingv1.ScaleSpec{Replicas: 2}}, metav1.UpdateOptions{})
		return err
	}))
	t.until("two ready replicas", func() bool {
		s := must(api.Get(t.ctx, "web", metav1.GetOptions{})).Status
		return s.ReadyReplicas == 2 && s.UpdatedReplicas == 2 && s.Replicas == 2
	})
	must(api.Apply(t.ctx, appsapply.Deployment("web", t.ns).WithSpec(appsapply.DeploymentSpec().WithMinReadySeconds(1)), metav1.ApplyOptions{FieldManager: "tour"}))
	done(api.Delete(t.ctx, "web", metav1.DeleteOptions{PropagationPolicy: ptr.To(metav1.DeletePropagationForeground)}))
	t.until("the deployment's end", func() bool {
		_, err := api.Get(t.ctx, "web", metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
}

func (t *tour) dynamicKinds() {
	group := t.ns + ".skiff.test"
	crds := t.dynamic.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	object := func(kind, version, name string, fields map[string]any) *unstructured.Unstructured {
		u := &unstructured.Unstructured{Object: fields}
		u.SetKind(kind)
		u.SetAPIVersion(version)
		u.SetName(name)
		return u
	}
	props := map[string]any{"spec": map[string]any{"type": "object", "properties": map[string]any{"length": map[string]any{"type": "integer", "minimum": int64(1)}}}}
	must(crds.Create(t.ctx, object("CustomResourceDefinition", "apiextensions.k8s.io/v1", "boats."+group, map[string]any{"spec": map[string]any{"group": group, "scope": "Namespaced",
		"names": map[string]any{"plural": "boats", "singular": "boat", "kind": "Boat"}, "versions": []any{map[string]any{"name": "v1", "served": true, "storage": true,
			"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "properties": props}}}}}}), metav1.CreateOptions{}))
	// The mapper sees the new kind through discovery.
	cached := memory.NewMemCacheClient(must(discovery.NewDiscoveryClientForConfig(t.config)))
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(cached)
	var resource schema.GroupVersionResource
	t.until("the new kind in discovery", func() bool {
		cached.Invalidate()
		mapping, err := mapper.RESTMapping(schema.GroupKind{Group: group, Kind: "Boat"})
		if err == nil {
			resource = mapping.Resource
		}
		return err == nil
	})
	boats := t.dynamic.Resource(resource).Namespace(t.ns)
	spec := func(n int64) map[string]any { return map[string]any{"spec": map[string]any{"length": n}} }
	must(boats.Create(t.ctx, object("Boat", group+"/v1", "b", spec(3)), metav1.CreateOptions{}))
	_, err := boats.Create(t.ctx, object("Boat", group+"/v1", "c", spec(0)), metav1.CreateOptions{})
	expect("validation", apierrors.IsInvalid(err), err)
	applied := must(boats.Apply(t.ctx, "b", object("Boat", group+"/v1", "b", spec(4)), metav1.ApplyOptions{FieldManager: "tour", Force: true}))
	length, _, _ := unstructured.NestedInt64(applied.Object, "spec", "length")
	expect("apply", length == 4, applied.Object)
	done(crds.Delete(t.ctx, "boats."+group, metav1.DeleteOptions{}))
	t.until("the kind's end", func() bool {
		_, err := crds.Get(t.ctx, "boats."+group, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
}
