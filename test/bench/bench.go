package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

const (
	// namespace of the stores.
	namespace = "bench"
	// quiet is how long the operator must be silent to have done its work. Events are sent seconds after what they tell.
	quiet = 10 * time.Second
	// limit of a step.
	limit = 10 * time.Minute
	// plainApplies are measured before stores are created, and as many after that.
	plainApplies = 250
	// podTime is the part of a start that the operator waits for the node.
	podTime = untilInitialized + untilStarted + untilReady
)

// plan is a run: its steps and what they have in common.
type plan struct {
	options
	out        io.Writer
	fail       context.CancelCauseFunc
	servers    *servers
	agents     *agents
	node       *node
	operator   *process
	kubeconfig string
	stores     int
	figures    *figures
}

// bench does all steps, prints and saves the figures and judges them.
func bench(parent context.Context, o options, out io.Writer) (err error) {
	ctx, cancel := context.WithCancelCause(parent)
	p := &plan{options: o, out: out, fail: cancel, agents: newAgents(), figures: newFigures()}
	defer func() {
		// The cause of an end tells more than what was interrupted by it.
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause
		}
		cancel(nil)
		err = errors.Join(err, p.stop())
	}()
	for _, step := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"start etcd, kube-apiserver and kube-controller-manager", p.begin},
		{"start the operator", p.start},
		// Alone, a store costs most requests: of many, news come together.
		{"create a store", func(ctx context.Context) error { return p.grow(ctx, 1) }},
		{fmt.Sprintf("create %d stores at once", o.first), func(ctx context.Context) error { return p.grow(ctx, o.first) }},
		{fmt.Sprintf("do nothing for %s", o.idle), p.idle},
		{"restart the operator", p.restart},
		{fmt.Sprintf("create %d more stores at once", o.further), func(ctx context.Context) error { return p.grow(ctx, o.further) }},
	} {
		if err := p.step(ctx, step.title, step.do); err != nil {
			return fmt.Errorf("%s: %w", step.title, err)
		}
	}
	p.figures.BytesPerStore = bytesPerStore(p.figures.Memory)
	_, _ = fmt.Fprintln(out)
	p.figures.print(out)
	if err := p.figures.save(o.result); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "The figures are in %s.\n", o.result)
	return bounds.judge(p.figures)
}

func (p *plan) step(ctx context.Context, title string, do func(context.Context) error) error {
	began := time.Now()
	_, _ = fmt.Fprintf(p.out, "==> %s\n", title)
	if err := do(ctx); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(p.out, "    done in %.1f s: %s\n", time.Since(began).Seconds(), title)
	return nil
}

// begin starts everything but the operator.
func (p *plan) begin(ctx context.Context) error {
	if err := os.RemoveAll(p.folder); err != nil {
		return fmt.Errorf("empty the folder for logs: %w", err)
	}
	if err := os.MkdirAll(p.folder, 0o755); err != nil {
		return fmt.Errorf("make the folder for logs: %w", err)
	}
	var err error
	if p.servers, err = startServers(ctx, p.fail, p.folder); err != nil {
		return err
	}
	if p.kubeconfig, err = p.servers.access(p.folder, envtest.User{Name: operatorUser, Groups: []string{"system:serviceaccounts"}},
		"operator"); err != nil {
		return err
	}
	if p.node, err = startNode(ctx, p.servers, p.agents, p.fail); err != nil {
		return err
	}
	made := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	if err := p.servers.admin.Create(ctx, made); err != nil {
		return fmt.Errorf("make the namespace of the stores: %w", err)
	}
	return nil
}

// start runs the operator as it is installed, apart from the webhooks and the ports.
func (p *plan) start(ctx context.Context) error {
	began := time.Now()
	if err := p.launch(); err != nil {
		return err
	}
	if err := p.led(ctx, began); err != nil {
		return err
	}
	if err := p.settle(ctx, began); err != nil {
		return err
	}
	return p.weigh("after a start")
}

func (p *plan) launch() error {
	command := exec.Command(p.manager, "--leader-elect", "--webhooks=false",
		"--metrics-bind-address=127.0.0.1:0", "--health-probe-bind-address=127.0.0.1:0")
	command.Env = append(os.Environ(), "KUBECONFIG="+p.kubeconfig, "POD_NAMESPACE="+operatorNamespace,
		"WATCH_NAMESPACE=", "GOMEMLIMIT=230MiB") // The limit is that of config/manager.
	var err error
	p.operator, err = launch(p.fail, p.folder, "manager", command)
	return err
}

// led waits until the operator has the lead.
func (p *plan) led(ctx context.Context, since time.Time) error {
	return wait(ctx, limit, "the operator's lead", func() (bool, error) {
		found, err := p.servers.requests(since)
		return len(found.that(holding)) > 0, err
	})
}

// idle lets time pass.
func (p *plan) idle(ctx context.Context) error {
	before, err := p.operator.usage()
	if err != nil {
		return err
	}
	p.agents.reset()
	began := time.Now()
	if err := pause(ctx, p.options.idle); err != nil {
		return err
	}
	if p.figures.Idle, err = p.calm(began, before.CPU); err != nil {
		return err
	}
	return p.weigh("idle for " + p.options.idle.String())
}

// restart ends the operator and starts it again. It has looked at every store when it has asked every agent, as it remembers no
// answer.
func (p *plan) restart(ctx context.Context) error {
	if err := p.operator.stop(); err != nil {
		return err
	}
	p.agents.reset()
	began := time.Now()
	if err := p.launch(); err != nil {
		return err
	}
	err := wait(ctx, limit, "the operator to look at every store", func() (bool, error) {
		asked, _ := p.agents.count()
		return asked == p.stores, nil
	})
	if err != nil {
		return err
	}
	if err := p.settle(ctx, began); err != nil {
		return err
	}
	if p.figures.Restart, err = p.calm(began, 0); err != nil {
		return err
	}
	return p.weigh("after a restart")
}

// calm makes the figures of a time in which nothing was asked of the operator.
func (p *plan) calm(began time.Time, cpu float64) (calm, error) {
	now, err := p.operator.usage()
	if err != nil {
		return calm{}, err
	}
	found, err := p.servers.requests(began)
	if err != nil {
		return calm{}, err
	}
	_, questions := p.agents.count()
	p.figures.Refused += len(found.that(refused))
	return calm{
		Stores: p.stores, Seconds: time.Since(began).Seconds(), Acting: found.that(acting).verbs(), Writing: len(found.that(writing)),
		Caching: found.that(caching).verbs(), Leading: len(found.that(leading)), Questions: questions, CPU: now.CPU - cpu,
	}, nil
}

// settle waits until the operator is silent.
func (p *plan) settle(ctx context.Context, began time.Time) error {
	return wait(ctx, limit, "the operator to be silent", func() (bool, error) {
		since := time.Now().Add(-quiet)
		found, err := p.servers.requests(since)
		return since.After(began) && len(found.that(acting)) == 0, err
	})
}

func (p *plan) weigh(when string) error {
	now, err := p.operator.usage()
	if err != nil {
		return err
	}
	p.figures.Memory = append(p.figures.Memory, weight{When: when, Stores: p.stores, usage: now})
	return nil
}

func (p *plan) stop() error {
	var errs []error
	if p.operator != nil {
		errs = append(errs, p.operator.stop())
	}
	errs = append(errs, p.agents.stop())
	if p.servers != nil {
		errs = append(errs, p.servers.stop())
	}
	for _, file := range []string{"operator", "kube-controller-manager"} {
		if err := os.Remove(filepath.Join(p.folder, file+".kubeconfig")); !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
