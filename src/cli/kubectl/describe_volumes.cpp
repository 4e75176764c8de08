#include "base/strings.h"
#include "cli/kubectl/describe_page.h"
#include "cli/kubectl/go_template.h"

namespace skiff::cli::kubectl {

namespace {

std::string text_or(const json::Value& value, const char* fallback) { return value.is_null() ? fallback : go_text(value); }

void projected(DescribePage& page, const json::Value& volume) {
    page.raw(2, "Type:\tProjected (a volume that contains injected data from multiple sources)");
    for (const auto& source : volume["sources"].items()) {
        if (const auto& secret = source["secret"]; secret.is_object())
            page.line(2, "SecretName:\t{}\n    Optional:\t{}", secret["name"].as_string(), text_or(secret["optional"], "false"));
        else if (source["downwardAPI"].is_object()) page.raw(2, "DownwardAPI:\ttrue");
        else if (const auto& map = source["configMap"]; map.is_object())
            page.line(2, "ConfigMapName:\t{}\n    Optional:\t{}", map["name"].as_string(), text_or(map["optional"], "false"));
        else if (const auto& token = source["serviceAccountToken"]; token.is_object())
            page.line(2, "TokenExpirationSeconds:\t{}", token["expirationSeconds"].as_int());
    }
}

void claim_template(DescribePage& page, const json::Value& volume) {
    page.raw(2, "Type:\tEphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)");
    const auto& spec = volume["volumeClaimTemplate"]["spec"];
    page.line(2, "StorageClass:\t{}", spec["storageClassName"].as_string());
    page.line(2, "Access Modes:\t{}", go_text(spec["accessModes"]));
}

void source(DescribePage& page, const json::Value& volume) {
    if (const auto& path = volume["hostPath"]; path.is_object()) {
        page.line(2, "Type:\tHostPath (bare host directory volume)\n    Path:\t{}\n    HostPathType:\t{}", path["path"].as_string(), path["type"].as_string());
    } else if (const auto& empty = volume["emptyDir"]; empty.is_object()) {
        page.line(2, "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)\n    Medium:\t{}\n    SizeLimit:\t{}", empty["medium"].as_string(), text_or(empty["sizeLimit"], "<unset>"));
    } else if (const auto& secret = volume["secret"]; secret.is_object()) {
        page.line(2, "Type:\tSecret (a volume populated by a Secret)\n    SecretName:\t{}\n    Optional:\t{}", secret["secretName"].as_string(), secret["optional"].as_bool());
    } else if (const auto& map = volume["configMap"]; map.is_object()) {
        page.line(2, "Type:\tConfigMap (a volume populated by a ConfigMap)\n    Name:\t{}\n    Optional:\t{}", map["name"].as_string(), map["optional"].as_bool());
    } else if (volume["projected"].is_object()) {
        projected(page, volume["projected"]);
    } else if (volume["downwardAPI"].is_object()) {
        page.raw(2, "Type:\tDownwardAPI (a volume populated by information about the pod)\n    Items:");
        for (const auto& item : volume["downwardAPI"]["items"].items())
            if (item["fieldRef"].is_object()) page.line(3, "{} -> {}", item["fieldRef"]["fieldPath"].as_string(), item["path"].as_string());
            else page.line(3, "{} -> {}", item["resourceFieldRef"]["resource"].as_string(), item["path"].as_string());
    } else if (const auto& claim = volume["persistentVolumeClaim"]; claim.is_object()) {
        page.line(2, "Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)\n    ClaimName:\t{}\n    ReadOnly:\t{}", claim["claimName"].as_string(), claim["readOnly"].as_bool());
    } else if (volume["ephemeral"].is_object()) {
        claim_template(page, volume["ephemeral"]);
    } else if (const auto& nfs = volume["nfs"]; nfs.is_object()) {
        page.line(2, "Type:\tNFS (an NFS mount that lasts the lifetime of a pod)\n    Server:\t{}\n    Path:\t{}\n    ReadOnly:\t{}", nfs["server"].as_string(), nfs["path"].as_string(), nfs["readOnly"].as_bool());
    } else if (const auto& csi = volume["csi"]; csi.is_object()) {
        page.line(2, "Type:\tCSI (a Container Storage Interface (CSI) volume source)\n    Driver:\t{}\n    FSType:\t{}\n    ReadOnly:\t{}", csi["driver"].as_string(), csi["fsType"].as_string(), csi["readOnly"].as_bool());
    } else {
        page.raw(1, "<unknown>");
    }
}

}  // namespace

void describe_volumes(DescribePage& page, const json::Value& volumes, const std::string& indent) {
    if (!volumes.size()) return page.line(0, "{}Volumes:\t<none>", indent);
    page.line(0, "{}Volumes:", indent);
    for (const auto& volume : volumes.items()) {
        page.line(1, "{}{}:", indent.empty() ? "" : " ", volume["name"].as_string());
        source(page, volume);
    }
}

}  // namespace skiff::cli::kubectl
