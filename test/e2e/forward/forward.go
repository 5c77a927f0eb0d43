package forward

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
)

// Tunnel is a port on the loopback that leads to a port of a pod, for as long as that pod lives.
type Tunnel struct {
	// Address is host and port to connect to.
	Address string
	// Pod is the name of the pod behind it.
	Pod string

	stop, ended chan struct{}
}

// Close ends the tunnel and waits until it has ended.
func (t *Tunnel) Close() {
	close(t.stop)
	<-t.ended
}

// Service opens a tunnel to the port of a pod that the Service would send a client to. It fails at once when there is none.
func Service(ctx context.Context, config *rest.Config, namespace, name string, port int32) (*Tunnel, error) {
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	service, err := clients.CoreV1().Services(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("read Service %s: %w", name, err)
	}
	selector := labels.SelectorFromSet(service.Spec.Selector)
	pods, err := clients.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector.String()})
	if err != nil {
		return nil, fmt.Errorf("list the pods of Service %s: %w", name, err)
	}
	for i := range pods.Items {
		pod := &pods.Items[i]
		if !ready(pod) {
			continue
		}
		target, err := targetPort(service, pod, port)
		if err != nil {
			return nil, err
		}
		return open(clients.CoreV1().RESTClient(), config, pod, target)
	}
	return nil, fmt.Errorf("Service %s has no ready pod among %d that fit %q", name, len(pods.Items), selector)
}

func ready(pod *corev1.Pod) bool {
	if pod.DeletionTimestamp != nil {
		return false
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// targetPort is the container's port behind a port of the Service.
func targetPort(service *corev1.Service, pod *corev1.Pod, port int32) (int32, error) {
	for _, p := range service.Spec.Ports {
		if p.Port != port {
			continue
		}
		if p.TargetPort.Type == intstr.Int {
			return p.TargetPort.IntVal, nil
		}
		for i := range pod.Spec.Containers {
			for _, c := range pod.Spec.Containers[i].Ports {
				if c.Name == p.TargetPort.StrVal {
					return c.ContainerPort, nil
				}
			}
		}
		return 0, fmt.Errorf("Service %s leads to port %q, which pod %s does not have", service.Name, p.TargetPort.StrVal, pod.Name)
	}
	return 0, fmt.Errorf("Service %s has no port %d", service.Name, port)
}

func open(client rest.Interface, config *rest.Config, pod *corev1.Pod, port int32) (*Tunnel, error) {
	transport, upgrader, err := spdy.RoundTripperFor(config)
	if err != nil {
		return nil, fmt.Errorf("make a transport: %w", err)
	}
	address := client.Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("portforward").URL()
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, address)
	tunnel := &Tunnel{Pod: pod.Name, stop: make(chan struct{}), ended: make(chan struct{})}
	opened := make(chan struct{})
	var complaints bytes.Buffer // this and failure are read only after the forwarder has ended
	var failure error
	forwarder, err := portforward.NewOnAddresses(
		dialer, []string{"127.0.0.1"}, []string{fmt.Sprintf("0:%d", port)}, tunnel.stop, opened, nil, &complaints)
	if err != nil {
		return nil, fmt.Errorf("forward a port to pod %s: %w", pod.Name, err)
	}
	go func() {
		defer close(tunnel.ended)
		failure = forwarder.ForwardPorts()
	}()
	select {
	case <-opened:
	case <-tunnel.ended:
		return nil, fmt.Errorf("forward a port to pod %s: %w %s", pod.Name, failure, strings.TrimSpace(complaints.String()))
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		tunnel.Close()
		return nil, fmt.Errorf("forward a port to pod %s: %w", pod.Name, err)
	}
	tunnel.Address = fmt.Sprintf("127.0.0.1:%d", ports[0].Local)
	return tunnel, nil
}
