// Which nodes a CSI volume is to be attached to, and in which order. Pure; the shell is volume_attach.cpp.
//
// A volume that only one node may have moves: it is detached from the old node before it is attached to the new one. It is not detached
// while the node says that it uses it, unless the node is out of service or was not ready for too long.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "json/value.h"

namespace skiff::controllers {

// "kubernetes.io/csi/<driver>^<handle>", as nodes name it in volumesInUse and volumesAttached.
std::string attached_name(const json::Value& volume);
// The name of the VolumeAttachment, which drivers expect: csi-<sha256 of handle, driver and node>.
std::string attachment_name(const json::Value& volume, const std::string& node);
json::Value attachment_for(const json::Value& volume, const std::string& node);

struct NodeAttachment {
    std::string node;
    bool deleting = false;
    bool in_use = false;           // the node has it mounted
    bool may_force = false;        // out of service, or not ready for long
};
struct AttachmentPlan {
    std::vector<std::string> attach, detach;      // nodes
    std::vector<std::string> refused;              // nodes that have to wait for another one to let go
};
AttachmentPlan plan_attachments(const json::Value& volume, const std::set<std::string>& wanted, const std::vector<NodeAttachment>& present);

// status.volumesAttached of a node with or without the volume.
json::Value with_attached(const json::Value& attached, const std::string& name, bool present);

}  // namespace skiff::controllers
