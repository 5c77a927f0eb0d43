package node

import (
	"io"
	"log"
	"net"
	"sync"
)

// relay hands every connection that listener accepts to the address, until the listener is closed. A listening socket stays in
// the network namespace in which it was made, so this is how clients on the host reach into the cluster without any link.
func relay(listener net.Listener, address string) {
	for {
		client, err := listener.Accept()
		if err != nil {
			log.Printf("relay to %s ends: %v", address, err)
			return
		}
		go func() {
			server, err := net.Dial("tcp", address)
			if err != nil {
				client.Close()
				return
			}
			splice(client, server)
		}()
	}
}

// splice copies both ways. Each direction ends on its own, as HTTP upgrades need.
func splice(a, b net.Conn) {
	var both sync.WaitGroup
	oneWay := func(from, to net.Conn) {
		defer both.Done()
		_, _ = io.Copy(to, from) // a broken connection shows on the other side as its end
		if half, ok := to.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
	}
	both.Add(2)
	go oneWay(a, b)
	go oneWay(b, a)
	both.Wait()
	a.Close()
	b.Close()
}
