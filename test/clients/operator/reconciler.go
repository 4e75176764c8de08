package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	coreapply "k8s.io/client-go/applyconfigurations/core/v1"
	metaapply "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const finalizer = group + "/berth"

// reconciler keeps a Deployment (the crew), a Service (applied) and, outside of what garbage collection reaches, a berth in namespace default.
type reconciler struct {
	client.Client
	events record.EventRecorder
}

func addReconciler(manager ctrl.Manager, name string) error {
	r := &reconciler{manager.GetClient(), manager.GetEventRecorderFor("harbour")}
	// Boats by the harbour that they name: a ConfigMap whose greeting they use.
	err := manager.GetFieldIndexer().IndexField(context.Background(), &Boat{}, "spec.harbour", func(o client.Object) []string { return []string{o.(*Boat).Spec.Harbour} })
	if err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(manager).Named(name).For(&Boat{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&appsv1.Deployment{}).Owns(&corev1.Service{}).
		WatchesMetadata(&corev1.ConfigMap{}, handler.EnqueueRequestsFromMapFunc(r.boatsOfHarbour)).
		WithOptions(controller.Options{SkipNameValidation: ptr.To(true), MaxConcurrentReconciles: 2}).Complete(r)
}

func (r *reconciler) boatsOfHarbour(ctx context.Context, harbour client.Object) []reconcile.Request {
	var boats BoatList
	if err := r.List(ctx, &boats, client.InNamespace(harbour.GetNamespace()), client.MatchingFields{"spec.harbour": harbour.GetName()}); err != nil {
		return nil
	}
	var requests []reconcile.Request
	for _, boat := range boats.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&boat)})
	}
	return requests
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var boat Boat
	if err := r.Get(ctx, request.NamespacedName, &boat); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	berth := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "berth-" + boat.Name}}
	if !boat.DeletionTimestamp.IsZero() {
		if !controllerutil.ContainsFinalizer(&boat, finalizer) {
			return ctrl.Result{}, nil
		}
		if err := client.IgnoreNotFound(r.Delete(ctx, berth)); err != nil {
			return ctrl.Result{}, err
		}
		controllerutil.RemoveFinalizer(&boat, finalizer)
		return ctrl.Result{}, r.Update(ctx, &boat)
	}
	before := boat.DeepCopyObject().(*Boat)
	if controllerutil.AddFinalizer(&boat, finalizer) {
		if err := r.Patch(ctx, &boat, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
			return ctrl.Result{}, err
		}
	}
	if err := r.Create(ctx, berth); err != nil && !apierrors.IsAlreadyExists(err) {
		return ctrl.Result{}, err
	}
	crew, err := r.crew(ctx, &boat)
	if err != nil {
		return ctrl.Result{}, err
	}
	if err := r.service(ctx, &boat); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{}, r.status(ctx, &boat, crew)
}

func labels(boat *Boat) map[string]string { return map[string]string{"boat": boat.Name} }

func (r *reconciler) crew(ctx context.Context, boat *Boat) (*appsv1.Deployment, error) {
	greeting := boat.Spec.Greeting
	if boat.Spec.Harbour != "" {
		var harbour corev1.ConfigMap
		if err := r.Get(ctx, types.NamespacedName{Namespace: boat.Namespace, Name: boat.Spec.Harbour}, &harbour); client.IgnoreNotFound(err) != nil {
			return nil, err
		}
		greeting = harbour.Data["greeting"]
	}
	crew := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: boat.Namespace, Name: boat.Name}}
	result, err := controllerutil.CreateOrUpdate(ctx, r.Client, crew, func() error {
		crew.Spec.Replicas = boat.Spec.Crew
		crew.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels(boat)}
		crew.Spec.Template.Labels = labels(boat)
		crew.Spec.Template.Spec.TerminationGracePeriodSeconds = ptr.To[int64](1)
		if len(crew.Spec.Template.Spec.Containers) != 1 {
			crew.Spec.Template.Spec.Containers = make([]corev1.Container, 1)
		}
		// Only what this operator decides: the rest keeps the server's defaults, or each reconciliation would write.
		sailor := &crew.Spec.Template.Spec.Containers[0]
		sailor.Name, sailor.Image, sailor.Env = "sailor", boat.Spec.Image, []corev1.EnvVar{{Name: "GREETING", Value: greeting}}
		return controllerutil.SetControllerReference(boat, crew, r.Scheme())
	})
	if result != controllerutil.OperationResultNone {
		r.events.Eventf(boat, corev1.EventTypeNormal, "Crewed", "the crew of %s was %s", boat.Name, result)
	}
	return crew, err
}

func (r *reconciler) service(ctx context.Context, boat *Boat) error {
	owner := metaapply.OwnerReference().WithAPIVersion(group + "/v1").WithKind("Boat").WithName(boat.Name).WithUID(boat.UID).WithController(true).WithBlockOwnerDeletion(true)
	service := coreapply.Service(boat.Name, boat.Namespace).WithOwnerReferences(owner).
		WithSpec(coreapply.ServiceSpec().WithSelector(labels(boat)).WithPorts(coreapply.ServicePort().WithPort(80)))
	return r.Apply(ctx, service, client.FieldOwner("harbour"), client.ForceOwnership)
}

func (r *reconciler) status(ctx context.Context, boat *Boat, crew *appsv1.Deployment) error {
	before := boat.DeepCopyObject().(*Boat)
	boat.Status.ObservedGeneration, boat.Status.Aboard, boat.Status.Selector = boat.Generation, crew.Status.ReadyReplicas, "boat="+boat.Name
	ready := metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "Boarding", ObservedGeneration: boat.Generation}
	if crew.Status.ReadyReplicas == *boat.Spec.Crew && crew.Status.UpdatedReplicas == *boat.Spec.Crew {
		ready.Status, ready.Reason = metav1.ConditionTrue, "AllAboard"
	}
	ready.Message = fmt.Sprintf("%d of %d are aboard", crew.Status.ReadyReplicas, *boat.Spec.Crew)
	meta.SetStatusCondition(&boat.Status.Conditions, ready)
	return r.Status().Patch(ctx, boat, client.MergeFrom(before))
}
