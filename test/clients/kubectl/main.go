// kubectl of an old release: its own command tree, which is a library, with a main of ours.
// k8s.io/kubernetes itself can't be built from the module proxy, as its go.mod points at folders of its repository.
package main

import (
	"os"

	"k8s.io/kubectl/pkg/cmd"
)

func main() {
	if cmd.NewDefaultKubectlCommand().Execute() != nil {
		os.Exit(1)
	}
}
