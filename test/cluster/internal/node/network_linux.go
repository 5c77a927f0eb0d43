package node

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// prepareNetwork gives the network namespace its addresses. It has no link to the outside.
func prepareNetwork() error {
	for _, command := range []string{
		"link set lo up",
		"link add node0 type bridge", // holds the address of the node; a bridge, as kernels may lack dummy devices
		"addr add " + Address + "/24 dev node0",
		"link set node0 up",
		"link add up0 type veth peer name up1", // gives the bridge a carrier
		"link set up0 master node0 up",
		"link set up1 up",
		"route add default via " + gateway + " dev node0", // must exist for Services to work; nothing answers there
	} {
		if output, err := exec.Command("ip", strings.Fields(command)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", command, err, strings.TrimSpace(string(output)))
		}
	}
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644); err != nil {
		return fmt.Errorf("switch forwarding on: %w", err)
	}
	return nil
}
