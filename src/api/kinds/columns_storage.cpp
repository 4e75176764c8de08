#include "api/kinds/column_cells.h"
#include "api/kinds/columns.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

std::string access_modes(const Value& modes) {
    constexpr std::pair<std::string_view, std::string_view> kShort[] = {
        {"ReadWriteOnce", "RWO"}, {"ReadOnlyMany", "ROX"}, {"ReadWriteMany", "RWX"}, {"ReadWriteOncePod", "RWOP"}};
    std::vector<std::string> texts;
    for (const auto& [mode, text] : kShort)
        for (const auto& given : modes.items())
            if (given.as_string() == mode) {
                texts.emplace_back(text);
                break;
            }
    return join(texts, ",");
}

Value phase(const Value& object, WallTime) {
    return object["metadata"]["deletionTimestamp"].empty() ? object["status"]["phase"] : Value("Terminating");
}

Value storage_class(const Value& object, WallTime) {
    const Value& old = object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"];
    return old.is_string() ? old : Value(text_or(object["spec"]["storageClassName"], ""));
}

Value attributes_class(const Value& object, WallTime) { return text_or(object["spec"]["volumeAttributesClassName"], "<unset>"); }
Value volume_mode(const Value& object, WallTime) { return text_or(object["spec"]["volumeMode"], "<unset>"); }

Value claim(const Value& volume, WallTime) {
    const Value& reference = volume["spec"]["claimRef"];
    if (!reference.is_object()) return "";
    return reference["namespace"].as_string() + "/" + reference["name"].as_string();
}

bool is_default(const Value& object) {
    const Value& annotations = object["metadata"]["annotations"];
    return annotations["storageclass.kubernetes.io/is-default-class"].as_string() == "true" ||
           annotations["storageclass.beta.kubernetes.io/is-default-class"].as_string() == "true";
}

Value class_name(const Value& object, WallTime) {
    return object["metadata"]["name"].as_string() + (is_default(object) ? " (default)" : "");
}

Column class_name_column() {
    Column name = name_column();
    name.cell = class_name;
    return name;
}

Value driver_modes(const Value& driver, WallTime) {
    std::string modes = join_texts(driver["spec"]["volumeLifecycleModes"]);
    return modes.empty() ? "<none>" : modes;
}

Value token_audiences(const Value& driver, WallTime) {
    const Value& requests = driver["spec"]["tokenRequests"];
    return requests.is_null() ? "<unset>" : join_field(requests, "audience");
}

// A claim shows what it got only when it has a volume.
Value bound(const Value& claim, Value value) { return claim["spec"]["volumeName"].empty() ? Value("") : value; }

}  // namespace

std::vector<Column> persistent_volume_columns() {
    return {
        name_column(),
        column("Capacity", "string", [](const Value& o, WallTime) -> Value { return text_or(o["spec"]["capacity"]["storage"], "0"); },
               "capacity is the description of the persistent volume's resources and capacity. More info: https://kubernetes.i"
               "o/docs/concepts/storage/persistent-volumes#capacity"),
        column("Access Modes", "string", [](const Value& o, WallTime) -> Value { return access_modes(o["spec"]["accessModes"]); },
               "accessModes contains all ways the volume can be mounted. More info: https://kubernetes.io/docs/concepts/storag"
               "e/persistent-volumes#access-modes"),
        column("Reclaim Policy", "string", [](const Value& o, WallTime) { return o["spec"]["persistentVolumeReclaimPolicy"]; },
               "persistentVolumeReclaimPolicy defines what happens to a persistent volume when released from its claim. Valid "
               "options are Retain (default for manually created PersistentVolumes), Delete (default for dynamically provision"
               "ed PersistentVolumes), and Recycle (deprecated). Recycle must be supported by the volume plugin underlying thi"
               "s PersistentVolume. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#reclaiming"),
        column("Status", "string", phase,
               "phase indicates if a volume is available, bound to a claim, or released by a claim. More info: https://kuberne"
               "tes.io/docs/concepts/storage/persistent-volumes#phase"),
        column("Claim", "string", claim,
               "claimRef is part of a bi-directional binding between PersistentVolume and PersistentVolumeClaim. Expected to b"
               "e non-nil when bound. claim.VolumeName is the authoritative bind between PV and PVC. More info: https://kubern"
               "etes.io/docs/concepts/storage/persistent-volumes#binding"),
        column("StorageClass", "string", storage_class,
               "StorageClass of the pv"),
        column("VolumeAttributesClass", "string", attributes_class,
               "VolumeAttributesClass of the pv"),
        column("Reason", "string", [](const Value& o, WallTime) -> Value { return text_or(o["status"]["reason"], ""); },
               "reason is a brief CamelCase string that describes any failure and is meant for machine parsing and tidy displa"
               "y in the CLI."),
        age_column(),
        column("VolumeMode", "string", volume_mode,
               "volumeMode defines if a volume is intended to be used with a formatted filesystem or to remain in raw block st"
               "ate. Value of Filesystem is implied when not included in spec.", kWide),
    };
}

std::vector<Column> persistent_volume_claim_columns() {
    return {
        name_column(),
        column("Status", "string", phase),
        column("Volume", "string", [](const Value& o, WallTime) -> Value { return text_or(o["spec"]["volumeName"], ""); }),
        column("Capacity", "string",
               [](const Value& o, WallTime) { return bound(o, text_or(o["status"]["capacity"]["storage"], "0")); }),
        column("Access Modes", "string",
               [](const Value& o, WallTime) { return bound(o, access_modes(o["status"]["accessModes"])); }),
        column("StorageClass", "string", storage_class),
        column("VolumeAttributesClass", "string", attributes_class),
        age_column(),
        column("VolumeMode", "string", volume_mode, {}, kWide),
    };
}

std::vector<Column> storage_class_columns() {
    return {
        class_name_column(),
        column("Provisioner", "string", [](const Value& o, WallTime) { return o["provisioner"]; },
               "provisioner indicates the type of the provisioner."),
        column("ReclaimPolicy", "string", [](const Value& o, WallTime) -> Value { return text_or(o["reclaimPolicy"], "Delete"); },
               "reclaimPolicy controls the reclaimPolicy for dynamically provisioned PersistentVolumes of this storage class. "
               "Defaults to Delete."),
        column("VolumeBindingMode", "string", [](const Value& o, WallTime) -> Value { return text_or(o["volumeBindingMode"], "Immediate"); },
               "volumeBindingMode indicates how PersistentVolumeClaims should be provisioned and bound.  When unset, VolumeBin"
               "dingImmediate is used. This field is only honored by servers that enable the VolumeScheduling feature."),
        column("AllowVolumeExpansion", "string", [](const Value& o, WallTime) -> Value { return o["allowVolumeExpansion"].as_bool(); },
               "allowVolumeExpansion shows whether the storage class allow volume expand."),
        age_column(),
    };
}

std::vector<Column> csi_driver_columns() {
    return {
        name_column(),
        column("AttachRequired", "boolean", [](const Value& o, WallTime) -> Value { return o["spec"]["attachRequired"].as_bool(true); },
               "attachRequired indicates this CSI volume driver requires an attach operation (because it implements the CSI Co"
               "ntrollerPublishVolume() method), and that the Kubernetes attach detach controller should call the attach volum"
               "e interface which checks the volumeattachment status and waits until the volume is attached before proceeding "
               "to mounting. The CSI external-attacher coordinates with CSI volume driver and updates the volumeattachment sta"
               "tus when the attach operation is complete. If the value is specified to false, the attach operation will be sk"
               "ipped. Otherwise the attach operation will be called.\n\nThis field is immutable."),
        column("PodInfoOnMount", "boolean", [](const Value& o, WallTime) -> Value { return o["spec"]["podInfoOnMount"].as_bool(); },
               "podInfoOnMount indicates this CSI volume driver requires additional pod information (like podName, podUID, etc"
               ".) during mount operations, if set to true. If set to false, pod information will not be passed on mount. Defa"
               "ult is false.\n\nThe CSI driver specifies podInfoOnMount as part of driver deployment. If true, Kubelet will pas"
               "s pod information as VolumeContext in the CSI NodePublishVolume() calls. The CSI driver is responsible for par"
               "sing and validating the information passed in as VolumeContext.\n\nThe following VolumeContext will be passed if"
               " podInfoOnMount is set to true. This list might grow, but the prefix will be used. \"csi.storage.k8s.io/pod.nam"
               "e\": pod.Name \"csi.storage.k8s.io/pod.namespace\": pod.Namespace \"csi.storage.k8s.io/pod.uid\": string(pod.UID) \""
               "csi.storage.k8s.io/ephemeral\": \"true\" if the volume is an ephemeral inline volume\n                            "
               "    defined by a CSIVolumeSource, otherwise \"false\"\n\n\"csi.storage.k8s.io/ephemeral\" is a new feature in Kubern"
               "etes 1.16. It is only required for drivers which support both the \"Persistent\" and \"Ephemeral\" VolumeLifecycle"
               "Mode. Other drivers can leave pod info disabled and/or ignore this field. As Kubernetes 1.15 doesn't support t"
               "his field, drivers can only support one mode when deployed on such a cluster and the deployment determines whi"
               "ch mode that is, for example via a command line parameter of the driver.\n\nThis field was immutable in Kubernet"
               "es < 1.29 and now is mutable."),
        column("StorageCapacity", "boolean", [](const Value& o, WallTime) -> Value { return o["spec"]["storageCapacity"].as_bool(); },
               "storageCapacity indicates that the CSI volume driver wants pod scheduling to consider the storage capacity tha"
               "t the driver deployment will report by creating CSIStorageCapacity objects with capacity information, if set t"
               "o true.\n\nThe check can be enabled immediately when deploying a driver. In that case, provisioning new volumes "
               "with late binding will pause until the driver deployment has published some suitable CSIStorageCapacity object"
               ".\n\nAlternatively, the driver can be deployed with the field unset or false and it can be flipped later when st"
               "orage capacity information has been published.\n\nThis field was immutable in Kubernetes <= 1.22 and now is muta"
               "ble."),
        column("TokenRequests", "string", token_audiences,
               "tokenRequests indicates the CSI driver needs pods' service account tokens it is mounting volume for to do nece"
               "ssary authentication. Kubelet will pass the tokens in VolumeContext in the CSI NodePublishVolume calls. The CS"
               "I driver should parse and validate the following VolumeContext: \"csi.storage.k8s.io/serviceAccount.tokens\": {\n"
               "  \"<audience>\": {\n    \"token\": <token>,\n    \"expirationTimestamp\": <expiration timestamp in RFC3339>,\n  },\n  ."
               "..\n}\n\nNote: Audience in each TokenRequest should be different and at most one token is empty string. To receiv"
               "e a new token after expiry, RequiresRepublish can be used to trigger NodePublishVolume periodically."),
        column("RequiresRepublish", "boolean", [](const Value& o, WallTime) -> Value { return o["spec"]["requiresRepublish"].as_bool(); },
               "requiresRepublish indicates the CSI driver wants `NodePublishVolume` being periodically called to reflect any "
               "possible change in the mounted volume. This field defaults to false.\n\nNote: After a successful initial NodePub"
               "lishVolume call, subsequent calls to NodePublishVolume should only update the contents of the volume. New moun"
               "t points will not be seen by a running container."),
        column("Modes", "string", driver_modes,
               "volumeLifecycleModes defines what kind of volumes this CSI volume driver supports. The default if the list is "
               "empty is \"Persistent\", which is the usage defined by the CSI specification and implemented in Kubernetes via t"
               "he usual PV/PVC mechanism.\n\nThe other mode is \"Ephemeral\". In this mode, volumes are defined inline inside the"
               " pod spec with CSIVolumeSource and their lifecycle is tied to the lifecycle of that pod. A driver has to be aw"
               "are of this because it is only going to get a NodePublishVolume call for such a volume.\n\nFor more information "
               "about implementing this mode, see https://kubernetes-csi.github.io/docs/ephemeral-local-volumes.html A driver "
               "can support one or more of these modes and more modes may be added in the future.\n\nThis field is beta. This fi"
               "eld is immutable."),
        age_column(),
    };
}

std::vector<Column> csi_node_columns() {
    return {name_column(), column("Drivers", "integer", [](const Value& o, WallTime) -> Value { return o["spec"]["drivers"].size(); }), age_column()};
}

std::vector<Column> volume_attachment_columns() {
    Column attacher = column("Attacher", "string", [](const Value& o, WallTime) { return o["spec"]["attacher"]; });
    attacher.format = "name";
    return {
        name_column(),
        std::move(attacher),
        column("PV", "string", [](const Value& o, WallTime) -> Value { return text_or(o["spec"]["source"]["persistentVolumeName"], ""); }),
        column("Node", "string", [](const Value& o, WallTime) { return o["spec"]["nodeName"]; }),
        column("Attached", "boolean", [](const Value& o, WallTime) -> Value { return o["status"]["attached"].as_bool(); }),
        age_column(),
    };
}

std::vector<Column> volume_attributes_class_columns() {
    return {class_name_column(), column("DriverName", "string", [](const Value& o, WallTime) { return o["driverName"]; }), age_column()};
}

}  // namespace skiff::api::kinds
