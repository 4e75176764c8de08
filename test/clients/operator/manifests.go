package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"text/template"
	"time"

	_ "embed"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"
)

//go:embed crd.yaml
var crdText []byte

//go:embed install.yaml
var installText string

func boatCRD() *apiextensionsv1.CustomResourceDefinition {
	crd := &apiextensionsv1.CustomResourceDefinition{}
	done(yaml.UnmarshalStrict(crdText, crd))
	return crd
}

func hookOf(namespace, path string) admissionv1.WebhookClientConfig {
	return admissionv1.WebhookClientConfig{Service: &admissionv1.ServiceReference{Namespace: namespace, Name: "harbour-webhooks", Path: &path}}
}

func rulesOf(verbs ...admissionv1.OperationType) []admissionv1.RuleWithOperations {
	return []admissionv1.RuleWithOperations{{Operations: verbs, Rule: admissionv1.Rule{APIGroups: []string{group}, APIVersions: []string{"v1"}, Resources: []string{"boats"}}}}
}

// The rules name v1 only: a request in v1alpha1 comes converted, as matchPolicy is Equivalent.
func hooks(namespace string) (*admissionv1.MutatingWebhookConfiguration, *admissionv1.ValidatingWebhookConfiguration) {
	none := ptr.To(admissionv1.SideEffectClassNone)
	return &admissionv1.MutatingWebhookConfiguration{
			TypeMeta:   metav1.TypeMeta{APIVersion: "admissionregistration.k8s.io/v1", Kind: "MutatingWebhookConfiguration"},
			ObjectMeta: metav1.ObjectMeta{Name: "harbour-defaults"},
			Webhooks: []admissionv1.MutatingWebhook{{Name: "defaults." + group, ClientConfig: hookOf(namespace, "mutate-operator-skiff-test-v1-boat"), SideEffects: none,
				AdmissionReviewVersions: []string{"v1"}, Rules: rulesOf(admissionv1.Create, admissionv1.Update)}}},
		&admissionv1.ValidatingWebhookConfiguration{
			TypeMeta:   metav1.TypeMeta{APIVersion: "admissionregistration.k8s.io/v1", Kind: "ValidatingWebhookConfiguration"},
			ObjectMeta: metav1.ObjectMeta{Name: "harbour-rules"},
			Webhooks: []admissionv1.ValidatingWebhook{{Name: "rules." + group, ClientConfig: hookOf(namespace, "validate-operator-skiff-test-v1-boat"), SideEffects: none,
				AdmissionReviewVersions: []string{"v1"}, Rules: rulesOf(admissionv1.Create, admissionv1.Update, admissionv1.Delete)}}}
}

// printManifests writes what `kubectl apply -f -` installs: the definition, the webhooks with a certificate of their own, and the operator twice.
func printManifests(namespace, image string) error {
	certificate, key, err := selfSigned("harbour-webhooks."+namespace+".svc", "harbour-winds."+namespace+".svc")
	if err != nil {
		return err
	}
	crd := boatCRD()
	crd.Spec.Conversion = &apiextensionsv1.CustomResourceConversion{Strategy: apiextensionsv1.WebhookConverter, Webhook: &apiextensionsv1.WebhookConversion{
		ConversionReviewVersions: []string{"v1"}, ClientConfig: &apiextensionsv1.WebhookClientConfig{CABundle: certificate,
			Service: &apiextensionsv1.ServiceReference{Namespace: namespace, Name: "harbour-webhooks", Path: ptr.To("/convert")}}}}
	mutating, validating := hooks(namespace)
	for _, config := range []*admissionv1.WebhookClientConfig{&mutating.Webhooks[0].ClientConfig, &validating.Webhooks[0].ClientConfig} {
		config.CABundle = certificate
		config.Service.Path = ptr.To("/" + *config.Service.Path)
	}
	for _, object := range []any{crd, mutating, validating} {
		text, err := yaml.Marshal(object)
		if err != nil {
			return err
		}
		fmt.Printf("---\n%s", text)
	}
	return template.Must(template.New("install").Parse(installText)).Execute(os.Stdout,
		map[string]any{"namespace": namespace, "image": image, "certificate": certificate, "key": key, "group": group,
			"bundle": base64.StdEncoding.EncodeToString(certificate)})
}

func selfSigned(hosts ...string) (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	form := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: hosts[0]}, DNSNames: hosts, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	signed, err := x509.CreateCertificate(rand.Reader, &form, &form, private.Public(), private)
	if err != nil {
		return nil, nil, err
	}
	plain, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	var first, second bytes.Buffer
	done(pem.Encode(&first, &pem.Block{Type: "CERTIFICATE", Bytes: signed}))
	done(pem.Encode(&second, &pem.Block{Type: "PRIVATE KEY", Bytes: plain}))
	return first.Bytes(), second.Bytes(), nil
}
