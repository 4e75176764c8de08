module skiff.test/kubectl

go 1.25

require (
	k8s.io/component-base v0.20.15
	k8s.io/kubectl v0.20.15
)

// What kubectl 1.20 was released with no longer links with a Go of today.
replace (
	golang.org/x/net => golang.org/x/net v0.43.0
	golang.org/x/sys => golang.org/x/sys v0.35.0
	golang.org/x/text => golang.org/x/text v0.28.0
)
