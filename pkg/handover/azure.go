package handover

// AzureRealm is the domain of the public cloud's storage.
const AzureRealm = "core.windows.net"

// authorities are where programs sign in to the clouds that are not the public one, by the domain of their storage.
var authorities = map[string]string{
	"core.usgovcloudapi.net": "https://login.microsoftonline.us/",
	"core.chinacloudapi.cn":  "https://login.partner.microsoftonline.cn/",
}

// AzureAuthority is where a service principal signs in, empty for that of the public cloud, which Azure's libraries take by themselves.
func AzureAuthority(realm string) string { return authorities[realm] }
