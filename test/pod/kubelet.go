package pod

import (
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/test/outside"
)

// Begin does what the kubelet does: the init container, then zot and the agent, until the pod ends. It waits until zot serves.
func (p *Pod) Begin() {
	p.t.Helper()
	p.Start()
	p.Eventually("zot serves", p.Serves)
}

// Start is Begin without waiting.
func (p *Pod) Start() {
	p.t.Helper()
	first := p.startAgent(handover.InitArg)
	<-first.Ended()
	if first.ExitCode() != 0 {
		said, _ := os.ReadFile(p.at("termination-log"))
		p.t.Fatalf("the init container ended with %d: %s\n%s", first.ExitCode(), said, first.Log())
	}
	p.agent = p.startAgent(handover.RunArg, "--listen", p.agentAt)
	p.rolls++
	p.over = make(chan struct{})
	p.must(p.startZot())
	p.kubelet.Go(p.keepZot)
}

func (p *Pod) startAgent(verb string, more ...string) *outside.Process {
	p.t.Helper()
	return outside.Start(p.t, p.surroundings(), p.programs.agent, append([]string{
		verb, "--boot-dir", p.at("boot"), "--live-dir", p.at("live"), "--secrets-dir", p.at("secrets"),
		"--configmaps-dir", p.at("configmaps"), "--run-dir", p.at("run"), "--data-dir", p.at("data"),
		"--termination-log", p.at("termination-log"),
	}, more...)...)
}

// surroundings are the variables of both containers that the operator does not set.
func (p *Pod) surroundings() []string {
	out := append([]string{handover.PodEnv + "=" + names.Pod(p.store.Name, p.Member)}, p.Variables...)
	if p.Authorities != "" {
		// The images' own, in the place of the machine's.
		out = append(out, handover.CAEnv+"="+p.Authorities)
	}
	return out
}

func (p *Pod) startZot() error {
	variables := p.surroundings()
	for _, variable := range p.environment {
		if p.Authorities != "" {
			variable = strings.Replace(variable, handover.CAEnv+"=/etc/ssl/certs:", handover.CAEnv+"="+p.Authorities+":", 1)
		}
		variables = append(variables, variable)
	}
	started, err := outside.Launch(p.log, variables, p.programs.zot, "serve", p.at("run", handover.ConfigFile))
	if err != nil {
		return err
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.zot, p.starts = started, p.starts+1
	return nil
}

// keepZot starts zot again whenever it ends.
func (p *Pod) keepZot() {
	for wait := p.BackOff; ; wait *= 2 {
		select {
		case <-p.over:
			return
		case <-p.running().Ended():
		}
		select {
		case <-p.over:
			return
		case <-time.After(wait):
		}
		if err := p.startZot(); err != nil {
			p.t.Error(err)
			return
		}
	}
}

func (p *Pod) running() *outside.Process {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.zot
}

// Kill ends zot as the kernel does when there is no memory left. It is started again.
func (p *Pod) Kill() {
	process := p.running()
	process.Signal(syscall.SIGKILL)
	<-process.Ended()
}

// End ends everything that runs, at once.
func (p *Pod) End() { p.end(syscall.SIGKILL) }

// Terminate is End in good order, as the kubelet ends a pod.
func (p *Pod) Terminate() { p.end(syscall.SIGTERM) }

func (p *Pod) end(signal os.Signal) {
	if p.over == nil {
		return
	}
	close(p.over)
	p.kubelet.Wait()
	p.over = nil
	process := p.running()
	process.Signal(signal)
	<-process.Ended()
	p.agent.Stop()
}
