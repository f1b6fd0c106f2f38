// The checks of the Go clients: the "hello" programs of both libraries as processes, the other tutorial shapes
// and guarantees with amqp091-go. Prints TAP; the broker is the one of AMQP_URL.
package main

import (
	"fmt"
	"os"
	"strings"
)

type check struct {
	about string
	run   func() error
}

func main() {
	var checks []check
	for _, part := range [][]check{helloChecks(), tutorialChecks(), groupChecks(), guaranteeChecks()} {
		checks = append(checks, part...)
	}
	failed := false
	for _, each := range checks {
		if err := each.run(); err != nil {
			failed = true
			fmt.Println(strings.TrimSpace(err.Error()))
			fmt.Printf("not ok - %s\n", each.about)
			continue
		}
		fmt.Printf("ok - %s\n", each.about)
	}
	fmt.Printf("1..%d\n", len(checks))
	if failed {
		os.Exit(1)
	}
}
