package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// helloChecks runs the sender and the receiver of each library, also across libraries.
func helloChecks() []check {
	var checks []check
	for _, pair := range [][2]string{
		{"streadway", "streadway"}, {"amqp091", "amqp091"}, {"streadway", "amqp091"},
	} {
		sender, receiver := pair[0]+"-send", pair[1]+"-receive"
		checks = append(checks, check{
			fmt.Sprintf("hello: %s to %s", sender, receiver),
			func() error { return hello(sender, receiver) },
		})
	}
	return checks
}

func program(name string) *exec.Cmd {
	return exec.Command(filepath.Join(filepath.Dir(os.Args[0]), name))
}

// hello sends one message before the receiver runs and one while it runs.
func hello(sender, receiver string) error {
	if output, err := program(sender).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", sender, err, output)
	}
	process := program(receiver)
	process.Stderr = os.Stdout
	pipe, err := process.StdoutPipe()
	if err != nil {
		return err
	}
	if err := process.Start(); err != nil {
		return err
	}
	defer process.Wait()
	defer process.Process.Kill()
	lines := make(chan string)
	go readLines(pipe, lines)
	if err := expectLine(lines, "received Hello World!"); err != nil {
		return err
	}
	if output, err := program(sender).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", sender, err, output)
	}
	return expectLine(lines, "received Hello World!")
}

func readLines(pipe io.Reader, lines chan<- string) {
	defer close(lines)
	scanner := bufio.NewScanner(pipe)
	for scanner.Scan() {
		lines <- scanner.Text()
	}
}

func expectLine(lines <-chan string, want string) error {
	select {
	case line, open := <-lines:
		if !open || line != want {
			return fmt.Errorf("the receiver printed %q (running: %v)", line, open)
		}
		return nil
	case <-time.After(patience):
		return fmt.Errorf("nothing arrived within %s", patience)
	}
}
