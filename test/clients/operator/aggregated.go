package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const windGroup = "wind." + group

// winds is an API server of its own, as metrics-server is one: it trusts the main one's proxy certificate and the user that its headers name.
type winds struct{ manager ctrl.Manager }

func (winds) NeedLeaderElection() bool { return false }
func (w winds) Start(ctx context.Context) error {
	var trusted corev1.ConfigMap
	if err := w.manager.GetAPIReader().Get(ctx, client.ObjectKey{Namespace: "kube-system", Name: "extension-apiserver-authentication"}, &trusted); err != nil {
		return err
	}
	var names []string
	done(json.Unmarshal([]byte(trusted.Data["requestheader-allowed-names"]), &names))
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM([]byte(trusted.Data["requestheader-client-ca-file"]))
	mux := http.NewServeMux()
	mux.HandleFunc("/apis/"+windGroup+"/v1", func(out http.ResponseWriter, r *http.Request) {
		answer(out, metav1.APIResourceList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "APIResourceList"}, GroupVersion: windGroup + "/v1",
			APIResources: []metav1.APIResource{{Name: "winds", SingularName: "wind", Kind: "Wind", Namespaced: true, Verbs: metav1.Verbs{"get", "list"}}}})
	})
	wind := func(namespace, name, user string) map[string]any {
		return map[string]any{"apiVersion": windGroup + "/v1", "kind": "Wind", "metadata": map[string]any{"namespace": namespace, "name": name}, "seenBy": user, "force": 6}
	}
	mux.HandleFunc("/apis/"+windGroup+"/v1/namespaces/{namespace}/winds", func(out http.ResponseWriter, r *http.Request) {
		answer(out, map[string]any{"apiVersion": windGroup + "/v1", "kind": "WindList", "metadata": map[string]any{},
			"items": []any{wind(r.PathValue("namespace"), "west", r.Header.Get("X-Remote-User"))}})
	})
	mux.HandleFunc("/apis/"+windGroup+"/v1/namespaces/{namespace}/winds/{name}", func(out http.ResponseWriter, r *http.Request) {
		answer(out, wind(r.PathValue("namespace"), r.PathValue("name"), r.Header.Get("X-Remote-User")))
	})
	server := &http.Server{Addr: ":9444", TLSConfig: &tls.Config{ClientAuth: tls.RequestClientCert, ClientCAs: authorities},
		Handler: http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			// Only the main server's proxy may say who the user is.
			ok := len(r.TLS.PeerCertificates) > 0
			if ok {
				peer := r.TLS.PeerCertificates[0]
				_, err := peer.Verify(x509.VerifyOptions{Roots: authorities, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
				ok = err == nil && (len(names) == 0 || slices.Contains(names, peer.Subject.CommonName))
			}
			if !ok {
				http.Error(out, "who are you?", http.StatusUnauthorized)
				return
			}
			mux.ServeHTTP(out, r)
		})}
	go func() { <-ctx.Done(); _ = server.Close() }()
	if err := server.ListenAndServeTLS("/certs/tls.crt", "/certs/tls.key"); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func answer(out http.ResponseWriter, object any) {
	out.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(out).Encode(object)
}
