package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

type boatRules struct{}

// The webhooks of a kind and, as its types convert into each other, its /convert.
func addWebhooks(manager ctrl.Manager) error {
	return ctrl.NewWebhookManagedBy(manager).For(&Boat{}).WithDefaulter(boatRules{}).WithValidator(boatRules{}).Complete()
}

func (boatRules) Default(ctx context.Context, object runtime.Object) error {
	boat := object.(*Boat)
	if request, err := admission.RequestFromContext(ctx); err != nil || request.Name != boat.Name {
		return fmt.Errorf("an admission request for %q, %v", boat.Name, err)
	}
	if boat.Spec.Crew == nil {
		boat.Spec.Crew = ptr.To[int32](1)
	}
	if boat.Spec.Image == "" {
		boat.Spec.Image = "skiff/hello"
	}
	return nil
}

func (boatRules) check(boat *Boat) (admission.Warnings, error) {
	var warnings admission.Warnings
	if boat.Spec.Length > 100 {
		warnings = append(warnings, "a boat of over 100 m is a ship")
	}
	if boat.Spec.Length%13 == 0 {
		at := field.NewPath("spec", "length")
		return warnings, apierrors.NewInvalid(schema.GroupKind{Group: group, Kind: "Boat"}, boat.Name,
			field.ErrorList{field.Invalid(at, boat.Spec.Length, "brings bad luck")})
	}
	return warnings, nil
}

func (r boatRules) ValidateCreate(_ context.Context, object runtime.Object) (admission.Warnings, error) {
	return r.check(object.(*Boat))
}

func (r boatRules) ValidateUpdate(_ context.Context, old, object runtime.Object) (admission.Warnings, error) {
	if was, is := old.(*Boat).Spec.Harbour, object.(*Boat).Spec.Harbour; was != "" && was != is {
		return nil, fmt.Errorf("a boat does not change its harbour from %s to %s", was, is)
	}
	return r.check(object.(*Boat))
}

func (boatRules) ValidateDelete(_ context.Context, object runtime.Object) (admission.Warnings, error) {
	if object.(*Boat).Annotations["moored"] == "yes" {
		return nil, fmt.Errorf("%s is moored", object.(*Boat).Name)
	}
	return nil, nil
}
