"""Services whose addresses, families and ports are settled before anything else of them is looked at; several mistakes at once."""
from words import *

SERVICES = CORE + "services"


def service(name="a", **spec):
    return thing("v1", "Service", name, spec=spec)


ONE = [{"port": 80}]
CREATES = {
    "require-no-ports": {"ipFamilyPolicy": "RequireDualStack"}, "require-odd-type": {"ipFamilyPolicy": "RequireDualStack", "type": "Odd", "ports": ONE},
    "v6-no-ports": {"ipFamilies": ["IPv6"]}, "v6-and-require": {"ipFamilies": ["IPv6"], "ipFamilyPolicy": "RequireDualStack", "ports": ONE},
    "both-families": {"ipFamilies": ["IPv4", "IPv6"], "ports": ONE}, "both-families-single": {"ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "SingleStack", "ports": ONE},
    "both-families-prefer": {"ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "PreferDualStack", "ports": ONE}, "family-twice": {"ipFamilies": ["IPv4", "IPv4"], "ports": ONE},
    "family-odd": {"ipFamilies": ["IPv5"], "ports": []}, "policy-odd": {"ipFamilyPolicy": "Odd", "sessionAffinity": "Odd", "ports": ONE}, "policy-empty": {"ipFamilyPolicy": "", "ports": ONE},
    "ip-text": {"clusterIP": "x"}, "ip-v6": {"clusterIP": "fd00::1", "ports": ONE}, "ip-v6-v4": {"clusterIP": "fd00::1", "ipFamilies": ["IPv4"], "ports": ONE}, "ip-outside": {"clusterIP": "10.99.0.1"},
    "ips-without-ip": {"clusterIPs": ["10.43.0.77"], "ports": ONE}, "ips-other": {"clusterIP": "10.43.0.77", "clusterIPs": ["10.43.0.78"], "ports": ONE},
    "ips-two": {"clusterIP": "10.43.0.77", "clusterIPs": ["10.43.0.77", "10.43.0.78"], "ports": ONE}, "ips-both": {"clusterIP": "10.43.0.77", "clusterIPs": ["10.43.0.77", "fd00::1"], "ports": ONE},
    "ips-three": {"clusterIP": "10.43.0.77", "clusterIPs": ["10.43.0.77", "fd00::1", "10.43.0.78"], "ports": ONE}, "ips-none-two": {"clusterIP": "None", "clusterIPs": ["None", "10.43.0.77"], "ports": ONE},
    "none-node": {"clusterIP": "None", "type": "NodePort", "ports": ONE}, "none-selector-require": {"clusterIP": "None", "selector": {"a": "b"}, "ipFamilyPolicy": "RequireDualStack", "ports": ONE},
    "none-alone-single": {"clusterIP": "None", "ipFamilyPolicy": "SingleStack"}, "none-alone-v6": {"clusterIP": "None", "ipFamilies": ["IPv6"]}, "none-alone-prefer": {"clusterIP": "None", "ipFamilyPolicy": "PreferDualStack"},
    "external-family": {"type": "ExternalName", "externalName": "a.b", "ipFamilies": ["IPv4"]}, "external-ip": {"type": "ExternalName", "externalName": "a.b", "clusterIP": "10.43.0.77"},
    "external-none": {"type": "ExternalName", "clusterIP": "None"}, "node-low": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 80}]}, "node-negative": {"type": "NodePort", "ports": [{"port": 80, "nodePort": -1}]},
    "node-low-odd": {"type": "NodePort", "sessionAffinity": "Odd", "ports": [{"port": 80, "nodePort": 80}]}, "node-cluster": {"ports": [{"port": 80, "nodePort": 30077}]},
    "node-same-port": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30177, "name": "a"}, {"port": 81, "nodePort": 30177, "name": "b"}]},
    "node-later": {"type": "NodePort", "ports": [{"port": 53, "name": "a"}, {"port": 53, "protocol": "UDP", "nodePort": 30178, "name": "b"}]},
    "node-two": {"type": "NodePort", "ports": [{"port": 53, "nodePort": 30179, "name": "a"}, {"port": 53, "protocol": "UDP", "nodePort": 30180, "name": "b"}]},
    "port-zero": {"type": "NodePort", "ports": [{"port": 0}]}, "no-name": {"ports": [{"port": 80}, {"port": 81}]}, "health-cluster": {"healthCheckNodePort": 30181, "ports": ONE},
    "health-low": {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "healthCheckNodePort": 80, "ports": ONE}, "name-long-port": {"ports": [{"port": 80, "name": "A_b"}]},
    "health": {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "healthCheckNodePort": 30182, "ports": ONE},
    "balancer-none": {"type": "LoadBalancer", "clusterIP": "None", "ports": ONE}, "external-ip-clash": {"externalIPs": ["127.0.0.1", "x"], "ports": ONE}, "source-ranges": {"loadBalancerSourceRanges": ["x"], "ports": ONE},
}

CHANGES = {
    "to-external": {"type": "ExternalName", "externalName": "a.b"}, "to-external-bare": {"type": "ExternalName"}, "to-node": {"type": "NodePort"}, "to-balancer": {"type": "LoadBalancer"},
    "to-none": {"clusterIP": "None"}, "other-ip": {"clusterIP": "10.43.0.79"}, "other-ips": {"clusterIPs": ["10.43.0.79"]}, "clear-ip": {"clusterIP": ""}, "clear-both": {"clusterIP": None, "clusterIPs": None},
    "more-ips": {"clusterIPs": ["10.43.0.79", "fd00::1"]}, "family": {"ipFamilies": ["IPv6"]}, "families": {"ipFamilies": ["IPv4", "IPv6"]}, "families-null": {"ipFamilies": None}, "policy": {"ipFamilyPolicy": "RequireDualStack"},
    "prefer": {"ipFamilyPolicy": "PreferDualStack"}, "policy-null": {"ipFamilyPolicy": None}, "policy-odd": {"ipFamilyPolicy": "Odd"}, "no-ports": {"ports": None}, "port": {"ports": [{"port": 81}]},
    "affinity": {"sessionAffinity": "ClientIP"}, "affinity-odd": {"sessionAffinity": "Odd", "ipFamilyPolicy": "RequireDualStack"}, "traffic": {"internalTrafficPolicy": "Local"},
}
BEGINS = {"cluster": {"ports": ONE}, "node": {"type": "NodePort", "ports": ONE}, "none": {"clusterIP": "None", "ports": ONE, "selector": {"a": "b"}}, "alone": {"clusterIP": "None"},
          "external": {"type": "ExternalName", "externalName": "a.b", "ports": ONE}}


def stories():
    for name, spec in CREATES.items():
        yield "create-" + name, [post(SERVICES, service(**spec)), get(SERVICES + "/a"), delete(SERVICES + "/a")]
        yield "nameless-" + name, [post(SERVICES + "?dryRun=All", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "A.b"}, "spec": spec})]
    for begin, first in BEGINS.items():
        for name, change in CHANGES.items():
            yield "%s-%s" % (begin, name), [quiet(post(SERVICES, service(**first))), merge(SERVICES + "/a", {"spec": change}), get(SERVICES + "/a"), delete(SERVICES + "/a")]
