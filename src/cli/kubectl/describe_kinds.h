// One function a kind that `kubectl describe` knows more of than its fields; the list is in describe.cpp. Each fills a page from the object and
// may ask the server for more.
#pragma once

#include "cli/kubectl/describe_page.h"
#include "cli/kubectl/session.h"

namespace skiff::cli::kubectl {

struct DescribeContext {
    Session& session;
    const json::Value& object;
    bool show_events = true;
};

using Describer = Status (*)(DescribePage& page, const DescribeContext& context);

Status describe_pod(DescribePage& page, const DescribeContext& context);
Status describe_node(DescribePage& page, const DescribeContext& context);
Status describe_deployment(DescribePage& page, const DescribeContext& context);
Status describe_replicas(DescribePage& page, const DescribeContext& context);       // ReplicaSet, ReplicationController
Status describe_daemon_set(DescribePage& page, const DescribeContext& context);
Status describe_stateful_set(DescribePage& page, const DescribeContext& context);
Status describe_job(DescribePage& page, const DescribeContext& context);
Status describe_cron_job(DescribePage& page, const DescribeContext& context);
Status describe_service(DescribePage& page, const DescribeContext& context);
Status describe_config_map(DescribePage& page, const DescribeContext& context);
Status describe_secret(DescribePage& page, const DescribeContext& context);
Status describe_namespace(DescribePage& page, const DescribeContext& context);
Status describe_role(DescribePage& page, const DescribeContext& context);           // Role, ClusterRole
Status describe_binding(DescribePage& page, const DescribeContext& context);        // RoleBinding, ClusterRoleBinding
Status describe_service_account(DescribePage& page, const DescribeContext& context);
Status describe_endpoints(DescribePage& page, const DescribeContext& context);
Status describe_claim(DescribePage& page, const DescribeContext& context);          // PersistentVolumeClaim
Status describe_priority_class(DescribePage& page, const DescribeContext& context);
Status describe_generic(DescribePage& page, const DescribeContext& context);

// The events of an object, newest state; none when they may not be read.
json::Value events_of(const DescribeContext& context);
void add_events(DescribePage& page, const DescribeContext& context);

}  // namespace skiff::cli::kubectl
