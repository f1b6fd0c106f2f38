// The management API through rabbit-hole, which decodes every answer into typed structures. Prints TAP; the API is
// the one of MANAGEMENT_URL.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	rabbithole "github.com/michaelklishin/rabbit-hole/v2"
)

const vhost = "go/http"

type check struct {
	about string
	run   func(*rabbithole.Client) error
}

// What answers must have been: everything but an error of HTTP or of decoding.
func all(done ...func() error) error {
	for i, each := range done {
		if err := each(); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func sent(response *http.Response, err error) error {
	if err == nil && response.StatusCode >= 300 {
		return fmt.Errorf("status %s", response.Status)
	}
	return err
}

func expect(what string, right bool, err error) error {
	if err == nil && !right {
		return fmt.Errorf("%s is not as it should be", what)
	}
	return err
}

// Statistics come once a second.
func becomesTrue(condition func() (bool, error)) error {
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if right, err := condition(); right || err != nil {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("it did not become true in time")
		}
	}
}

var checks = []check{
	{"overview, nodes, cluster name, whoami, protocols", func(c *rabbithole.Client) error {
		return all(
			func() error {
				overview, err := c.Overview()
				return expect("overview", err == nil && overview.ManagementVersion != "" &&
					overview.Node != "" && len(overview.ExchangeTypes) >= 4, err)
			},
			func() error {
				nodes, err := c.ListNodes()
				if err != nil || len(nodes) != 1 {
					return expect("nodes", false, err)
				}
				node, err := c.GetNode(nodes[0].Name)
				return expect("node", err == nil && node.IsRunning && node.MemLimit > 0, err)
			},
			func() error { return sent(c.SetClusterName(rabbithole.ClusterName{Name: "go"})) },
			func() error {
				name, err := c.GetClusterName()
				return expect("cluster name", err == nil && name.Name == "go", err)
			},
			func() error {
				me, err := c.Whoami()
				return expect("whoami", err == nil && me.Name == "guest", err)
			},
			func() error {
				protocols, err := c.EnabledProtocols()
				return expect("protocols", len(protocols) >= 2, err)
			})
	}},
	{"users, permissions and their limits", func(c *rabbithole.Client) error {
		return all(
			func() error {
				return sent(c.PutUser("gopher", rabbithole.UserSettings{
					Password: "pw", Tags: rabbithole.UserTags{"management", "monitoring"}}))
			},
			func() error {
				user, err := c.GetUser("gopher")
				return expect("user", err == nil && len(user.Tags) == 2 && user.PasswordHash != "", err)
			},
			func() error {
				return sent(c.UpdatePermissionsIn(vhost, "gopher", rabbithole.Permissions{
					Configure: "^a", Write: ".*", Read: ""}))
			},
			func() error {
				has, err := c.GetPermissionsIn(vhost, "gopher")
				return expect("permissions", has.Configure == "^a" && has.Write == ".*", err)
			},
			func() error {
				return sent(c.UpdateTopicPermissionsIn(vhost, "gopher", rabbithole.TopicPermissions{
					Exchange: "amq.topic", Write: "^a", Read: ".*"}))
			},
			func() error {
				topics, err := c.GetTopicPermissionsIn(vhost, "gopher")
				return expect("topic permissions", len(topics) == 1 && topics[0].Write == "^a", err)
			},
			func() error {
				return sent(c.PutUserLimits("gopher", rabbithole.UserLimitsValues{"max-channels": 7}))
			},
			func() error {
				limits, err := c.GetUserLimits("gopher")
				return expect("user limits", len(limits) == 1 && limits[0].Value["max-channels"] == 7, err)
			},
			func() error {
				return sent(c.DeleteUserLimits("gopher", rabbithole.UserLimits{"max-channels"}))
			},
			func() error { return sent(c.ClearTopicPermissionsIn(vhost, "gopher")) },
			func() error { return sent(c.ClearPermissionsIn(vhost, "gopher")) },
			func() error { return sent(c.DeleteUser("gopher")) },
			func() error {
				_, err := c.GetUser("gopher")
				return expect("what is gone", err != nil, nil)
			})
	}},
	{"vhosts with limits", func(c *rabbithole.Client) error {
		return all(
			func() error {
				return sent(c.PutVhost("go2", rabbithole.VhostSettings{
					Description: "two", Tags: rabbithole.VhostTags{"a", "b"}}))
			},
			func() error {
				got, err := c.GetVhost("go2")
				return expect("vhost", err == nil && got.Description == "two" && len(got.Tags) == 2, err)
			},
			func() error {
				return sent(c.PutVhostLimits("go2", rabbithole.VhostLimitsValues{"max-queues": 5}))
			},
			func() error {
				limits, err := c.GetVhostLimits("go2")
				return expect("limits", len(limits) == 1 && limits[0].Value["max-queues"] == 5, err)
			},
			func() error { return sent(c.DeleteVhost("go2")) })
	}},
	{"exchanges, queues and bindings", func(c *rabbithole.Client) error {
		binding := rabbithole.BindingInfo{Source: "x", Destination: "q", DestinationType: "queue",
			RoutingKey: "a.#", Arguments: map[string]interface{}{"one": 1}}
		return all(
			func() error {
				return sent(c.DeclareExchange(vhost, "x", rabbithole.ExchangeSettings{Type: "topic", Durable: true}))
			},
			func() error {
				got, err := c.GetExchange(vhost, "x")
				return expect("exchange", err == nil && got.Type == "topic" && got.Durable, err)
			},
			func() error {
				return sent(c.DeclareQueue(vhost, "q", rabbithole.QueueSettings{Type: "classic", Durable: true,
					Arguments: map[string]interface{}{"x-max-length": 10}}))
			},
			func() error {
				got, err := c.GetQueue(vhost, "q")
				return expect("queue", err == nil && got.Durable && got.Name == "q", err)
			},
			func() error { return sent(c.DeclareBinding(vhost, binding)) },
			func() error {
				bindings, err := c.ListQueueBindings(vhost, "q")
				if err != nil || len(bindings) != 2 {
					return expect("bindings", false, err)
				}
				found, err := c.ListQueueBindingsBetween(vhost, "x", "q")
				if err != nil || len(found) != 1 {
					return expect("binding", false, err)
				}
				return sent(c.DeleteBinding(vhost, found[0]))
			},
			func() error { return sent(c.PurgeQueue(vhost, "q")) },
			func() error {
				return sent(c.DeleteQueue(vhost, "q", rabbithole.QueueDeleteOptions{IfEmpty: true}))
			},
			func() error { return sent(c.DeleteExchange(vhost, "x")) })
	}},
	{"pages and samples of queues", func(c *rabbithole.Client) error {
		var err error
		for n := 0; n < 12 && err == nil; n++ {
			err = sent(c.DeclareQueue(vhost, fmt.Sprintf("p%02d", n), rabbithole.QueueSettings{Durable: true}))
		}
		if err != nil {
			return err
		}
		page, err := c.PagedListQueuesWithParametersIn(vhost, map[string][]string{
			"page": {"2"}, "page_size": {"5"}, "name": {"p"}, "sort": {"name"}})
		if err != nil || page.TotalCount != 12 || page.PageCount != 3 || page.Items[0].Name != "p05" {
			return expect("page", false, err)
		}
		return becomesTrue(func() (bool, error) {
			queues, err := c.ListQueuesWithParametersIn(vhost, map[string][]string{
				"lengths_age": {"60"}, "lengths_incr": {"5"}})
			return err == nil && len(queues) == 12 && queues[0].MessagesDetails != nil &&
				len(queues[0].MessagesDetails.Samples) > 0, err
		})
	}},
	{"policies and parameters", func(c *rabbithole.Client) error {
		definition := rabbithole.PolicyDefinition{"max-length": 100}
		return all(
			func() error {
				return sent(c.PutPolicy(vhost, "p", rabbithole.Policy{Pattern: "^p", ApplyTo: "queues",
					Priority: 2, Definition: definition}))
			},
			func() error {
				got, err := c.GetPolicy(vhost, "p")
				return expect("policy", err == nil && got.Priority == 2, err)
			},
			func() error {
				return sent(c.PutOperatorPolicy(vhost, "o", rabbithole.OperatorPolicy{Pattern: "^p",
					ApplyTo: "queues", Definition: definition}))
			},
			func() error {
				got, err := c.ListOperatorPoliciesIn(vhost)
				return expect("operator policies", len(got) == 1, err)
			},
			func() error {
				return sent(c.PutGlobalParameter("gp", map[string]interface{}{"a": 1}))
			},
			func() error {
				got, err := c.GetGlobalParameter("gp")
				return expect("global parameter", err == nil && got.Name == "gp", err)
			},
			func() error { return sent(c.DeleteGlobalParameter("gp")) },
			func() error { return sent(c.DeleteOperatorPolicy(vhost, "o")) },
			func() error { return sent(c.DeletePolicy(vhost, "p")) })
	}},
	{"definitions, feature flags, connections, channels, consumers", func(c *rabbithole.Client) error {
		return all(
			func() error {
				got, err := c.ListDefinitions()
				return expect("definitions", err == nil && len(*got.Vhosts) >= 2, err)
			},
			func() error {
				got, err := c.ListVhostDefinitions(vhost)
				return expect("definitions of a vhost", err == nil && len(*got.Queues) == 12, err)
			},
			func() error { got, err := c.ListFeatureFlags(); return expect("flags", len(got) > 0, err) },
			func() error { _, err := c.ListConnections(); return err },
			func() error { _, err := c.ListChannels(); return err },
			func() error { _, err := c.ListConsumers(); return err })
	}},
	{"health checks", func(c *rabbithole.Client) error {
		return all(
			func() error {
				got, err := c.HealthCheckAlarms()
				return expect("alarms", err == nil && got.Ok(), err)
			},
			func() error {
				got, err := c.HealthCheckVirtualHosts()
				return expect("vhosts", err == nil && got.Ok(), err)
			},
			func() error {
				got, err := c.HealthCheckProtocolListener(rabbithole.AMQP)
				return expect("listener", err == nil && got.Ok(), err)
			},
			func() error {
				got, err := c.HealthCheckPortListener(1)
				return expect("no listener", err == nil && !got.Ok(), err)
			},
			func() error {
				got, err := c.HealthCheckNodeIsQuorumCritical()
				return expect("quorum", err == nil && got.Ok(), err)
			})
	}},
}

func main() {
	url := os.Getenv("MANAGEMENT_URL")
	if url == "" {
		url = "http://localhost:15672"
	}
	client, err := rabbithole.NewClient(url, "guest", "guest")
	if err == nil {
		err = all(
			func() error { return sent(client.PutVhost(vhost, rabbithole.VhostSettings{})) },
			func() error {
				return sent(client.UpdatePermissionsIn(vhost, "guest", rabbithole.Permissions{
					Configure: ".*", Write: ".*", Read: ".*"}))
			})
	}
	failed := false
	for _, each := range checks {
		result := err
		if result == nil {
			result = each.run(client)
		}
		word := "ok"
		if result != nil {
			failed = true
			fmt.Println(result)
			word = "not ok"
		}
		fmt.Printf("%s - %s\n", word, each.about)
	}
	fmt.Printf("1..%d\n", len(checks))
	if failed {
		os.Exit(1)
	}
}
