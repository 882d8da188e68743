using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Writes single definitions as JSON, in the format of RabbitMQ's definition files and HTTP API.</summary>
internal static class DefinitionWriter
{
    public static void Write(Utf8JsonWriter json, User user, FieldTable limits)
    {
        json.WriteStartObject();
        json.WriteString("name", user.Name);
        json.WriteString("password_hash", user.PasswordHash.ToString());
        json.WriteString("hashing_algorithm", user.PasswordHash.Algorithm.Name());
        json.WriteStrings("tags", user.Tags.Names);
        json.WriteTable("limits", limits);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Permission permission)
    {
        json.WriteStartObject();
        json.WriteString("user", permission.User);
        json.WriteString("vhost", permission.VirtualHost);
        json.WriteString("configure", permission.Configure.Text);
        json.WriteString("write", permission.Write.Text);
        json.WriteString("read", permission.Read.Text);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, TopicPermission permission)
    {
        json.WriteStartObject();
        json.WriteString("user", permission.User);
        json.WriteString("vhost", permission.VirtualHost);
        json.WriteString("exchange", permission.Exchange);
        json.WriteString("write", permission.Write);
        json.WriteString("read", permission.Read);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Parameter parameter)
    {
        json.WriteStartObject();
        json.WritePropertyName("value");
        JsonFields.Write(json, parameter.Value);
        json.WriteString("vhost", parameter.VirtualHost);
        json.WriteString("component", parameter.Component);
        json.WriteString("name", parameter.Name);
        json.WriteEndObject();
    }

    public static void WriteGlobal(Utf8JsonWriter json, KeyValuePair<string, FieldValue> parameter)
    {
        json.WriteStartObject();
        json.WriteString("name", parameter.Key);
        json.WritePropertyName("value");
        JsonFields.Write(json, parameter.Value);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, string virtualHost, Policy policy)
    {
        json.WriteStartObject();
        json.WriteString("vhost", virtualHost);
        json.WriteString("name", policy.Name);
        WriteFields(json, policy);
        json.WriteEndObject();
    }

    public static void WriteFields(Utf8JsonWriter json, Policy policy)
    {
        json.WriteString("pattern", policy.Pattern);
        json.WriteString("apply-to", policy.ApplyTo);
        json.WriteTable("definition", policy.Definition);
        json.WriteNumber("priority", policy.Priority);
    }

    /// <summary>
    /// Writes the description of a virtual host twice: in the fields that RabbitMQ 3 reads, and in those that RabbitMQ 4 reads.
    /// </summary>
    public static void WriteFields(Utf8JsonWriter json, VirtualHostDescription description)
    {
        Write(json, description, description.DefaultQueueType ?? "undefined");
        json.WriteStartObject("metadata");
        Write(json, description, description.DefaultQueueType);
        if (description.IsProtected)
            json.WriteBoolean("protected_from_deletion", true);
        json.WriteEndObject();
        json.WriteBoolean("protected_from_deletion", description.IsProtected);
    }

    private static void Write(Utf8JsonWriter json, VirtualHostDescription description, string? defaultQueueType)
    {
        json.WriteString("description", description.Text);
        json.WriteStrings("tags", description.Tags);
        if (defaultQueueType is not null)
            json.WriteString("default_queue_type", defaultQueueType);
    }
}
