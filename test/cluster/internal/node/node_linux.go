package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
)

// Run is the life of the node. It never returns while the node works.
func Run(stdin io.Reader) error {
	if os.Getpid() != 1 {
		return errors.New("the node must be the first process of a process namespace: it is started by up")
	}
	progress := os.NewFile(ProgressFD, "progress")
	syscall.CloseOnExec(ProgressFD)
	reporter := &reporter{events: json.NewEncoder(progress)}

	var config Config
	if err := json.NewDecoder(stdin).Decode(&config); err != nil {
		return fmt.Errorf("read configuration of the node: %w", err)
	}
	// Process 1 gets no signal that it has not asked for; SIGTERM is a wish to end, which ends all.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)

	if err := prepare(config, reporter); err != nil {
		return err
	}
	if err := startAll(config, reporter); err != nil {
		return err
	}
	reporter.report(Event{Ready: true})
	progress.Close()
	log.Printf("the node is up")
	<-signals
	log.Printf("the node ends")
	return nil
}

// prepare makes the namespaces ready and opens the ways in.
func prepare(config Config, r *reporter) error {
	return r.step("node namespaces", "node", func() error {
		if err := os.Setenv("PATH", config.Bin+":"+os.Getenv("PATH")); err != nil {
			return fmt.Errorf("set PATH: %w", err)
		}
		if err := prepareMounts(config); err != nil {
			return err
		}
		if err := prepareNetwork(); err != nil {
			return err
		}
		if err := writeFiles(config); err != nil {
			return err
		}
		file := os.NewFile(APIServerFD, "apiserver")
		listener, err := net.FileListener(file)
		if err != nil {
			return fmt.Errorf("listen for clients of the apiserver: %w", err)
		}
		file.Close()
		syscall.CloseOnExec(RegistryFD)
		go relay(listener, apiserver)
		return nil
	})
}

// startAll starts the components, phase by phase.
func startAll(config Config, r *reporter) error {
	s := newSupervisor(config)
	for _, phase := range Phases(config) {
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		failures := make(chan error, len(phase))
		for _, component := range phase {
			go func() {
				failures <- r.step(component.Name, component.Name, func() error { return s.start(ctx, component) })
			}()
		}
		var failed error
		for range phase {
			if err := <-failures; err != nil {
				failed = err
				break
			}
		}
		cancel()
		if failed != nil {
			return failed
		}
	}
	return nil
}
