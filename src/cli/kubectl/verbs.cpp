#include "cli/kubectl/verb_list.h"

namespace skiff::cli::kubectl {

const std::vector<Verb>& verbs() {
    static const std::vector<Verb> kVerbs = {
        {"get", "Display one or many resources", "get [(-o|--output=)json|yaml|name|wide|...] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]", get, {},
         "  # All pods of the namespace\n  kubectl get pods\n\n  # Deployments and Services everywhere\n  kubectl get deploy,svc -A\n\n  # One field of one object\n  kubectl get pod web -o jsonpath='{.status.podIP}'"},
        {"create", "Create a resource from a file or from stdin", "create -f FILENAME [options]", create_files, {}, "  kubectl create -f pod.yaml\n  cat pod.yaml | kubectl create -f -"},
        {"replace", "Replace a resource by file name or stdin", "replace -f FILENAME [options]", replace},
        {"apply", "Apply a configuration to a resource by file name or stdin", "apply -f FILENAME [options]", apply, {}, "  kubectl apply -f app.yaml\n  kubectl apply -f folder/ -R\n  cat pod.json | kubectl apply -f -"},
        {"delete", "Delete resources by file names, stdin, resources and names, or by resources and label selector", "delete ([-f FILENAME] | TYPE [(NAME | -l label | --all)]) [options]", remove, {},
         "  kubectl delete pod web\n  kubectl delete -f app.yaml\n  kubectl delete pods,services -l app=web"},
        {"describe", "Show details of a specific resource or group of resources", "describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]", describe, {},
         "  kubectl describe node server1\n  kubectl describe pods -l app=web\n  kubectl describe deploy/web"},
        {"logs", "Print the logs for a container in a pod", "logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]", logs, {},
         "  kubectl logs web\n  kubectl logs -f deploy/web -c app\n  kubectl logs -l app=web --all-containers --prefix"},
        {"exec", "Execute a command in a container", "exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]", exec, {},
         "  kubectl exec web -- date\n  kubectl exec -it deploy/web -- sh"},
        {"attach", "Attach to a process that is already running inside an existing container", "attach (POD | TYPE/NAME) -c CONTAINER [options]", attach},
        {"rollout", "Manage the rollout of one or many resources", "rollout SUBCOMMAND [options]", nullptr,
         {{"history", "View rollout history", "rollout history (TYPE NAME | TYPE/NAME) [flags] [options]", rollout_history},
          {"pause", "Mark the provided resource as paused", "rollout pause RESOURCE [options]", rollout_pause},
          {"restart", "Restart a resource", "rollout restart RESOURCE [options]", rollout_restart},
          {"resume", "Resume a paused resource", "rollout resume RESOURCE [options]", rollout_resume},
          {"status", "Show the status of the rollout", "rollout status (TYPE NAME | TYPE/NAME) [flags] [options]", rollout_status},
          {"undo", "Undo a previous rollout", "rollout undo (TYPE NAME | TYPE/NAME) [flags] [options]", rollout_undo}}},
        {"scale", "Set a new size for a deployment, replica set, or replication controller", "scale --replicas=COUNT (-f FILENAME | TYPE NAME) [options]", scale, {},
         "  kubectl scale --replicas=3 deploy/web"},
        {"autoscale", "Auto-scale a deployment, replica set, stateful set, or replication controller", "autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu-percent=CPU] [options]", autoscale},
        {"label", "Update the labels on a resource", "label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [options]", label, {},
         "  kubectl label pod web tier=front\n  kubectl label pod web tier-"},
        {"annotate", "Update the annotations on a resource", "annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [options]", annotate},
        {"patch", "Update fields of a resource", "patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]", patch, {},
         "  kubectl patch node server1 -p '{\"spec\":{\"unschedulable\":true}}'"},
        {"wait", "Wait for a specific condition on one or many resources", "wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]", wait, {},
         "  kubectl wait --for=condition=Ready pod/web --timeout=60s"},
        {"cordon", "Mark node as unschedulable", "cordon NODE [options]", cordon},
        {"uncordon", "Mark node as schedulable", "uncordon NODE [options]", uncordon},
        {"drain", "Drain node in preparation for maintenance", "drain NODE [options]", drain, {}, "  kubectl drain server2 --ignore-daemonsets --delete-emptydir-data"},
        {"taint", "Update the taints on one or more nodes", "taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]", taint},
        {"events", "List events", "events [(-o|--output=)json|yaml|name|...] [--for TYPE/NAME] [--watch] [options]", events},
        {"cluster-info", "Display cluster information", "cluster-info [flags] [options]", cluster_info},
        {"api-resources", "Print the supported API resources on the server", "api-resources [flags] [options]", api_resources},
        {"api-versions", "Print the supported API versions on the server, in the form of \"group/version\"", "api-versions [options]", api_versions},
        {"version", "Print the client and server version information", "version [flags] [options]", version},
    };
    return kVerbs;
}

}  // namespace skiff::cli::kubectl
