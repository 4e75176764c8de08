package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/client-go/util/exec"
)

func (t *tour) pods() {
	api := t.client.CoreV1().Pods(t.ns)
	must(api.Create(t.ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "hello"}, Spec: helloSpec()}, metav1.CreateOptions{}))
	t.until("a running pod", func() bool {
		return must(api.Get(t.ctx, "hello", metav1.GetOptions{})).Status.Phase == corev1.PodRunning
	})
	for _, transport := range []string{"websocket", "spdy"} {
		out, errs, err := t.exec(transport, "/skiff", "version")
		expect(transport+" exec", err == nil && strings.HasPrefix(out, "skiff "), out, errs, err)
		_, errs, err = t.exec(transport, "/skiff", "no-such-verb")
		var code exec.CodeExitError
		expect(transport+" exit code", errors.As(err, &code) && code.Code != 0 && strings.Contains(errs, "no-such-verb"), errs, err)
	}
	stream := must(api.GetLogs("hello", &corev1.PodLogOptions{Follow: true}).Stream(t.ctx))
	lines := bufio.NewScanner(stream)
	expect("logs", lines.Scan() && lines.Text() == "hello: listening on port 8080", lines.Text())
	for _, transport := range []string{"websocket", "spdy"} {
		t.forward(transport)
		expect(transport+" request in the followed log", lines.Scan() && strings.Contains(lines.Text(), "/by-"+transport), lines.Text())
	}
	proxied := must(api.ProxyGet("http", "hello", "8080", "/through/proxy", map[string]string{"q": "1"}).DoRaw(t.ctx))
	expect("proxy", strings.Contains(string(proxied), "GET /through/proxy?q=1"), string(proxied))
	expect("proxy in the followed log", lines.Scan() && strings.Contains(lines.Text(), "/through/proxy"), lines.Text())
	done(api.Delete(t.ctx, "hello", metav1.DeleteOptions{}))
	for lines.Scan() {
	}
	expect("end of the followed log", lines.Err() == nil, lines.Err())
}

func (t *tour) exec(transport string, command ...string) (string, string, error) {
	request := t.client.CoreV1().RESTClient().Post().Namespace(t.ns).Resource("pods").Name("hello").SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Command: command, Stdout: true, Stderr: true}, scheme.ParameterCodec)
	var executor remotecommand.Executor
	if transport == "spdy" {
		executor = must(remotecommand.NewSPDYExecutor(t.config, "POST", request.URL()))
	} else {
		executor = must(remotecommand.NewWebSocketExecutor(t.config, "GET", request.URL().String()))
	}
	var out, errs bytes.Buffer
	ctx, cancel := context.WithCancel(t.ctx)
	defer cancel()
	err := executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: &out, Stderr: &errs})
	return out.String(), errs.String(), err
}

func (t *tour) forward(transport string) {
	url := t.client.CoreV1().RESTClient().Post().Namespace(t.ns).Resource("pods").Name("hello").SubResource("portforward").URL()
	var err error
	var dialer = must(portforward.NewSPDYOverWebsocketDialer(url, t.config))
	if transport == "spdy" {
		round, upgrader, e := spdy.RoundTripperFor(t.config)
		done(e)
		dialer = spdy.NewDialer(upgrader, &http.Client{Transport: round}, "POST", url)
	}
	stop, ready := make(chan struct{}), make(chan struct{})
	forwarder := must(portforward.New(dialer, []string{"0:8080"}, stop, ready, io.Discard, io.Discard))
	finished := make(chan error, 1)
	go func() { finished <- forwarder.ForwardPorts() }()
	select {
	case <-ready:
	case err = <-finished:
		done(err)
	}
	port := must(forwarder.GetPorts())[0].Local
	answer := must(http.Get(fmt.Sprintf("http://127.0.0.1:%d/by-%s", port, transport)))
	body := must(io.ReadAll(answer.Body))
	expect("port forward", strings.Contains(string(body), "Hello from skiff!"), string(body))
	close(stop)
	done(<-finished)
}
