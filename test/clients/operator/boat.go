package main

import (
	"fmt"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/conversion"
)

const group = "operator.skiff.test"

// Boat is the stored version, v1.
type Boat struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              BoatSpec   `json:"spec"`
	Status            BoatStatus `json:"status,omitempty"`
}

type BoatSpec struct {
	Length   int64  `json:"length"`
	Crew     *int32 `json:"crew,omitempty"`
	Image    string `json:"image,omitempty"`
	Harbour  string `json:"harbour,omitempty"`
	Greeting string `json:"greeting,omitempty"`
}

type BoatStatus struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Aboard             int32              `json:"aboard"`
	Selector           string             `json:"selector,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
}

type BoatList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Boat `json:"items"`
}

// OldBoat is v1alpha1, which wrote the length as text and knew no greeting.
type OldBoat struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              OldBoatSpec `json:"spec"`
	Status            BoatStatus  `json:"status,omitempty"`
}

type OldBoatSpec struct {
	Size    string `json:"size"`
	Crew    *int32 `json:"crew,omitempty"`
	Image   string `json:"image,omitempty"`
	Harbour string `json:"harbour,omitempty"`
}

type OldBoatList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []OldBoat `json:"items"`
}

func addBoats(s *runtime.Scheme) error {
	v1, old := schema.GroupVersion{Group: group, Version: "v1"}, schema.GroupVersion{Group: group, Version: "v1alpha1"}
	s.AddKnownTypeWithName(v1.WithKind("Boat"), &Boat{})
	s.AddKnownTypeWithName(v1.WithKind("BoatList"), &BoatList{})
	s.AddKnownTypeWithName(old.WithKind("Boat"), &OldBoat{})
	s.AddKnownTypeWithName(old.WithKind("BoatList"), &OldBoatList{})
	metav1.AddToGroupVersion(s, v1)
	metav1.AddToGroupVersion(s, old)
	return nil
}

func (*Boat) Hub() {}

func (b *OldBoat) ConvertTo(hub conversion.Hub) error {
	to := hub.(*Boat)
	length, err := strconv.ParseInt(strings.TrimSuffix(b.Spec.Size, "m"), 10, 64)
	if err != nil {
		return fmt.Errorf("a size is a number of metres, not %q", b.Spec.Size)
	}
	to.ObjectMeta = *b.ObjectMeta.DeepCopy()
	to.Spec = BoatSpec{Length: length, Crew: b.Spec.Crew, Image: b.Spec.Image, Harbour: b.Spec.Harbour}
	// What this version has no field for travels as an annotation.
	if greeting, kept := to.Annotations[group+"/greeting"]; kept {
		to.Spec.Greeting = greeting
		delete(to.Annotations, group+"/greeting")
	}
	to.Status = b.Status
	return nil
}

func (b *OldBoat) ConvertFrom(hub conversion.Hub) error {
	from := hub.(*Boat)
	b.ObjectMeta = *from.ObjectMeta.DeepCopy()
	b.Spec = OldBoatSpec{Size: fmt.Sprintf("%dm", from.Spec.Length), Crew: from.Spec.Crew, Image: from.Spec.Image, Harbour: from.Spec.Harbour}
	if from.Spec.Greeting != "" {
		metav1.SetMetaDataAnnotation(&b.ObjectMeta, group+"/greeting", from.Spec.Greeting)
	}
	b.Status = from.Status
	return nil
}

// What a generator writes in a real project.
func copyCrew(crew *int32) *int32 {
	if crew == nil {
		return nil
	}
	n := *crew
	return &n
}
func (s BoatStatus) copied() BoatStatus {
	s.Conditions = append([]metav1.Condition(nil), s.Conditions...)
	return s
}
func (b *Boat) DeepCopyObject() runtime.Object {
	made := *b
	made.ObjectMeta, made.Status = *b.ObjectMeta.DeepCopy(), b.Status.copied()
	made.Spec.Crew = copyCrew(b.Spec.Crew)
	return &made
}
func (b *OldBoat) DeepCopyObject() runtime.Object {
	made := *b
	made.ObjectMeta, made.Status = *b.ObjectMeta.DeepCopy(), b.Status.copied()
	made.Spec.Crew = copyCrew(b.Spec.Crew)
	return &made
}
func (l *BoatList) DeepCopyObject() runtime.Object {
	made := &BoatList{TypeMeta: l.TypeMeta, ListMeta: *l.ListMeta.DeepCopy()}
	for i := range l.Items {
		made.Items = append(made.Items, *l.Items[i].DeepCopyObject().(*Boat))
	}
	return made
}
func (l *OldBoatList) DeepCopyObject() runtime.Object {
	made := &OldBoatList{TypeMeta: l.TypeMeta, ListMeta: *l.ListMeta.DeepCopy()}
	for i := range l.Items {
		made.Items = append(made.Items, *l.Items[i].DeepCopyObject().(*OldBoat))
	}
	return made
}
