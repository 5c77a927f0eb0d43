package validation

var networkingRows = []row{
	{rule: "route-host", spec: `networking: {route: {}}`},
	{rule: "route-host", spec: `networking: {route: {host: registry.example.com}}`},
	{rule: "route-host", spec: `networking: {route: {host: "https://registry.example.com"}}`, refused: at("spec.networking.route.host")},
	{rule: "route-host", spec: `networking: {route: {host: "registry.example.com:8443"}}`, refused: at("spec.networking.route.host")},
	{rule: "route-host", spec: `networking: {route: {host: Registry.example.com}}`, refused: at("spec.networking.route.host")},
}
