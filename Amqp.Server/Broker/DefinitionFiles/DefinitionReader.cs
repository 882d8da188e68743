using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Creates users, virtual hosts and policies from definitions, and from requests of the HTTP API.</summary>
internal static class DefinitionReader
{
    /// <summary>Creates a user from the fields of a definition.</summary>
    /// <exception cref="DefinitionException">A field is missing or invalid.</exception>
    public static User ReadUser(string name, FieldTable fields, PasswordRules rules) =>
        new(name, ReadPassword(fields, rules), ReadTags(fields));

    /// <summary>Reads the description of a virtual host. A missing field keeps its current value.</summary>
    /// <remarks>RabbitMQ writes the fields inside or outside of the field <c>metadata</c>, depending on its version.</remarks>
    /// <exception cref="DefinitionException">A field is invalid.</exception>
    public static VirtualHostDescription ReadVirtualHost(FieldTable fields, VirtualHostDescription current)
    {
        var metadata = fields["metadata"] is { Type: FieldType.Table } table ? table.AsTable() : FieldTable.Empty;
        FieldValue? Field(string name) => fields[name] ?? metadata[name];
        var tags = Field("tags") switch
        {
            null => current.Tags,
            { Type: FieldType.LongString } text =>
                [.. text.AsString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            { Type: FieldType.Array } array =>
                [.. array.AsArray().Where(tag => tag.Type == FieldType.LongString).Select(tag => tag.AsString())],
            _ => throw new DefinitionException("tags must be a list or a text"),
        };
        string? type = Field("default_queue_type") is { Type: FieldType.LongString } given ? given.AsString() : current.DefaultQueueType;
        if (type is not (null or "undefined") && !QueueKinds.IsSupported(type))
            throw new DefinitionException($"Unsupported default queue type: {type}");
        return new VirtualHostDescription(
            Field("description") is { Type: FieldType.LongString } description ? description.AsString() : current.Text,
            tags,
            type == "undefined" ? null : type,
            Field("protected_from_deletion") is { Type: FieldType.Boolean } isProtected ? isProtected.AsBoolean() : current.IsProtected);
    }

    /// <summary>Creates a policy from the fields of a definition.</summary>
    /// <exception cref="ValidationException">The policy is invalid.</exception>
    public static Policy ReadPolicy(PolicyKind kind, string name, FieldTable fields)
    {
        var pattern = fields["pattern"] ?? FieldValue.Void;
        if (pattern.Type != FieldType.LongString)
            throw new ValidationException($"pattern should be a binary but was {ErlangTerm.Of(pattern)}");
        var priority = fields["priority"] ?? FieldValue.FromInt64(0);
        if (!priority.IsInteger && !priority.IsFloat)
            throw new ValidationException($"priority should be a number, actually was {ErlangTerm.Of(priority)}");
        var applyTo = fields["apply-to"] ?? FieldValue.FromString(PolicyTarget.All);
        if (applyTo.Type != FieldType.LongString)
            throw new ValidationException($"apply-to should be a binary but was {ErlangTerm.Of(applyTo)}");
        var definition = fields["definition"] ?? FieldValue.Void;
        if (definition.Type != FieldType.Table)
            throw new ValidationException($"definition should be a map but was {ErlangTerm.Of(definition)}");
        return new Policy(
            kind, name, pattern.AsString(), applyTo.AsString(), priority.IsInteger ? priority.AsInteger() : priority.AsDouble(),
            definition.AsTable());
    }

    /// <summary>Creates a permission by calling <paramref name="make"/>.</summary>
    /// <exception cref="DefinitionException">A pattern is not a valid regular expression.</exception>
    public static T ReadPatterns<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (FormatException error)
        {
            throw new DefinitionException("invalid_regexp", error.Message);
        }
    }

    private static PasswordHash ReadPassword(FieldTable fields, PasswordRules rules)
    {
        var algorithm = HashingAlgorithm.Sha256;
        if (fields["hashing_algorithm"] is { Type: FieldType.LongString } named)
            algorithm = HashingAlgorithms.Find(named.AsString())
                ?? throw new DefinitionException("unknown_hashing_algorithm", named.AsString());
        if (fields["password"] is not null && fields["password_hash"] is not null)
            throw new DefinitionException("both_password_and_password_hash_are_provided");
        if (fields["password_hash"] is { Type: FieldType.LongString } encoded)
        {
            string text = encoded.AsString();
            bool isHash = PasswordHash.TryParse(text, algorithm, out var hash) && hash.Octets.Length is 0 or > 4;
            return isHash ? hash! : throw new DefinitionException("not_base64", text);
        }
        return fields["password"] switch
        {
            null => PasswordHash.None,
            { Type: FieldType.LongString } password when password.AsBytes().IsEmpty => PasswordHash.None,
            { Type: FieldType.LongString } password => rules.RefusalOf(password.AsString()) is { } refusal
                ? throw new DefinitionException(refusal)
                : rules.Hash(password.AsString()),
            { } other => throw new DefinitionException("password should be a text", other.ToString()),
        };
    }

    private static UserTags ReadTags(FieldTable fields) => fields["tags"] switch
    {
        { Type: FieldType.LongString } text => UserTags.Parse(text.AsString()),
        { Type: FieldType.Array } array => new UserTags(array.AsArray().Select(tag => tag.ToString())),
        _ => throw new DefinitionException("tags_not_present"),
    };
}
