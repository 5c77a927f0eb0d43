package validation

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strconv"
	"strings"
	"sync"
)

const serviceAt = "spec.networking.service."

func serviceOf(fields string) string { return networking("service: {" + fields + "}") }

var serviceRows = []row{
	{rule: "service-type", spec: networking("service: {type: LoadBalancer}")},
	{rule: "service-type", spec: networking("service: {type: ExternalName}"), refused: at("spec.networking.service.type")},
	{rule: "service-annotations", spec: networking("service: {annotations: {service.beta.kubernetes.io/aws-load-balancer-type: nlb, Plain: ''}}")},
	{rule: "service-annotations", spec: networking("service: {annotations: {" + labels(64) + "}}")},
	{rule: "service-annotations", spec: networking("service: {annotations: {" + labels(65) + "}}"), refused: at("spec.networking.service.annotations")},
	{
		rule: "service-annotations", spec: networking("service: {annotations: {a: " + strings.Repeat("a", 256<<10) + "}}"),
		refused: at("spec.networking.service.annotations"),
	},
	{
		rule: "service-annotations",
		spec: networking("service: {annotations: {artifacts.zot.io/intent: a, Artifacts.Zot.IO/b: c, " +
			"kubectl.kubernetes.io/last-applied-configuration: '{}', a//b: c}}"),
		refused: at("spec.networking.service.annotations[Artifacts.Zot.IO/b]", "spec.networking.service.annotations[a//b]",
			"spec.networking.service.annotations[artifacts.zot.io/intent]",
			"spec.networking.service.annotations[kubectl.kubernetes.io/last-applied-configuration]"),
	},

	{rule: "service-certificate-once", spec: serviceCA + serviceOf("annotations: {a: b}")},
	{rule: "service-certificate-once", spec: withTLS + serviceOf("annotations: {service.beta.openshift.io/serving-cert-secret-name: pair}")},
	{
		rule: "service-certificate-once", refused: at(serviceAt + "annotations[service.beta.openshift.io/serving-cert-secret-name]"),
		spec: serviceCA + serviceOf("annotations: {service.beta.openshift.io/serving-cert-secret-name: pair}"),
	},

	{rule: "service-node-port", spec: serviceOf("type: NodePort, nodePort: 30500")},
	{rule: "service-node-port", spec: serviceOf("type: LoadBalancer, nodePort: 30500")},
	{rule: "service-node-port", spec: serviceOf("nodePort: 30500"), refused: at(serviceAt + "nodePort")},
	{rule: "service-node-port", spec: serviceOf("type: NodePort, nodePort: 65536"), refused: at(serviceAt + "nodePort")},

	{rule: "service-load-balancer-class", spec: serviceOf("type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb")},
	{rule: "service-load-balancer-class", spec: serviceOf("type: NodePort, loadBalancerClass: nlb"), refused: at(serviceAt + "loadBalancerClass")},
	{rule: "service-load-balancer-class", spec: serviceOf("type: LoadBalancer, loadBalancerClass: a b"), refused: at(serviceAt + "loadBalancerClass")},
	{
		rule: "service-load-balancer-class-change", old: serviceOf("type: LoadBalancer, loadBalancerClass: a"),
		spec: serviceOf("type: ClusterIP"),
	},
	{
		rule: "service-load-balancer-class-change", old: serviceOf("type: NodePort"),
		spec: serviceOf("type: LoadBalancer, loadBalancerClass: a"),
	},
	{
		rule: "service-load-balancer-class-change", old: serviceOf("type: LoadBalancer"),
		spec: serviceOf("type: LoadBalancer, loadBalancerClass: a"), refused: at(serviceAt + "loadBalancerClass"),
	},
	{rule: "service-load-balancer-ranges", spec: serviceOf("type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8, 'fd00::/8', 203.0.113.7/32]")},
	{
		rule: "service-load-balancer-ranges", spec: serviceOf("type: NodePort, loadBalancerSourceRanges: [10.0.0.0/8]"),
		refused: at(serviceAt + "loadBalancerSourceRanges"),
	},
	{
		rule: "service-load-balancer-ranges", spec: serviceOf("type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.1/8, 10.0.0.1, 10.0.0.0/33]"),
		refused: at(serviceAt+"loadBalancerSourceRanges[0]", serviceAt+"loadBalancerSourceRanges[1]", serviceAt+"loadBalancerSourceRanges[2]"),
	},

	{rule: "service-traffic-policy", spec: serviceOf("type: LoadBalancer, externalTrafficPolicy: Local")},
	{rule: "service-traffic-policy", spec: serviceOf("externalTrafficPolicy: Local"), refused: at(serviceAt + "externalTrafficPolicy")},
	{rule: "service-traffic-policy", spec: serviceOf("type: NodePort, externalTrafficPolicy: Node"), refused: at(serviceAt + "externalTrafficPolicy")},

	{rule: "service-ip-families", spec: serviceOf("ipFamilies: [IPv6]")},
	{rule: "service-ip-families", spec: serviceOf("ipFamilyPolicy: PreferDualStack, ipFamilies: [IPv6, IPv4]")},
	{rule: "service-ip-families", spec: serviceOf("ipFamilies: [IPv6, IPv4]"), refused: at(serviceAt + "ipFamilies")},
	{rule: "service-ip-families", spec: serviceOf("ipFamilyPolicy: Both, ipFamilies: [IPv5]"), refused: at(serviceAt+"ipFamilyPolicy", serviceAt+"ipFamilies[0]")},
	{rule: "service-ip-families", old: serviceOf("ipFamilies: [IPv4]"), spec: serviceOf("ipFamilyPolicy: PreferDualStack, ipFamilies: [IPv4, IPv6]")},
	{rule: "service-ip-families", old: serviceOf("ipFamilies: [IPv4]"), spec: serviceOf("ipFamilies: [IPv6]"), refused: at(serviceAt + "ipFamilies")},

	{rule: "network-policy-ports", spec: networking("networkPolicy: {egressPorts: [3128, 65535]}")},
	{
		rule: "network-policy-ports", spec: networking("networkPolicy: {egressPorts: [0, 3128, 3128, 65536]}"),
		refused: at("spec.networking.networkPolicy.egressPorts[0]", "spec.networking.networkPolicy.egressPorts[2]",
			"spec.networking.networkPolicy.egressPorts[3]"),
	},
}

// quoted is text as YAML takes it in one line.
func quoted(text string) string { return strconv.Quote(text) }

// certificates are so many in PEM form, all the same.
func certificates(count int) string { return strings.Repeat(certificate(), count) }

var certificate = sync.OnceValue(func() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
})
