using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Amqp.Server;
using Amqp.Storage;
using Microsoft.Extensions.Logging;

namespace Amqp.Tests.Architecture;

/// <summary>Types and files of Broker, Channels, Connections and the store do not exceed certain sizes.</summary>
public sealed partial class TypeSizeTests
{
    private const int MostMembers = 25;
    private const int MostLines = 300;

    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly string[] _rooms = ["Amqp.Server.Broker", "Amqp.Server.Channels", "Amqp.Server.Connections", "Amqp.Storage"];

    /// <summary>Pairs of a partial type and a file that declares a part of the type.</summary>
    private static readonly (string Type, string File)[] _partialTypes =
    [
        .. from file in SourceFiles()
           from declaration in PartialType().Matches(File.ReadAllText(file))
           select ($"{Path.GetDirectoryName(file)}: {declaration.Groups["name"].Value}", Path.GetFileName(file)),
    ];

    [Test]
    public void No_type_has_more_than_25_methods_and_properties()
    {
        var types = new[] { typeof(BrokerCommandLine), typeof(IMessageStore) }.SelectMany(anchor => anchor.Assembly.GetTypes())
            .Where(type => IsInRoom(type) && !IsGenerated(type) && !IsOptions(type) && !IsLog(type))
            .Select(type => (type.FullName, Members: MembersOf(type).Count()))
            .ToList();

        Assert.That(types, Has.Count.GreaterThan(100));
        Assert.That(types.Where(type => type.Members > MostMembers).Select(type => $"{type.FullName}: {type.Members}"), Is.Empty);
    }

    [Test]
    public void No_class_is_in_parts_over_several_files() =>
        Assert.That(
            _partialTypes.GroupBy(part => part.Type, part => part.File).Where(parts => parts.Distinct().Count() > 1)
                .Select(parts => $"{parts.Key} is in {string.Join(", ", parts)}"),
            Is.Empty);

    [Test]
    public void No_file_has_more_than_300_lines() =>
        Assert.That(
            SourceFiles().Select(file => (file, Lines: File.ReadLines(file).Count())).Where(file => file.Lines > MostLines)
                .Select(file => $"{Path.GetRelativePath(SourceTree.Root, file.file)}: {file.Lines}"),
            Is.Empty);

    /// <summary>
    /// Returns the methods and properties that the source of a type declares. Constructors, fields, events and operators are left out.
    /// </summary>
    private static IEnumerable<MemberInfo> MembersOf(Type type)
    {
        var properties = type.GetProperties(Declared);
        var accessors = properties.SelectMany(property => property.GetAccessors(nonPublic: true))
            .Concat(type.GetEvents(Declared).SelectMany(happening => new[] { happening.AddMethod, happening.RemoveMethod }))
            .ToHashSet();
        return type.GetMethods(Declared)
            .Where(method => !method.IsSpecialName && !accessors.Contains(method))
            .Concat<MemberInfo>(properties)
            .Where(member => !IsGenerated(member) && !IsBridge(member));
    }

    /// <summary>Returns true for a private method that the compiler adds for an interface method with an <c>in</c> parameter.</summary>
    private static bool IsBridge(MemberInfo member) =>
        member is MethodInfo { IsPrivate: true } && member.Name.Contains('.', StringComparison.Ordinal)
        && member.DeclaringType!.GetMember(
            member.Name[(member.Name.LastIndexOf('.') + 1)..], BindingFlags.Instance | BindingFlags.Public).Length > 0;

    private static bool IsInRoom(Type type) =>
        type.Namespace is { } name && _rooms.Any(room => name == room || name.StartsWith(room + ".", StringComparison.Ordinal));

    /// <summary>Returns true for a member that the compiler has generated, such as a lambda. Generated names have angle brackets.</summary>
    private static bool IsGenerated(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name.Contains('<', StringComparison.Ordinal)
        || (member.DeclaringType is { } outer && IsGenerated(outer));

    /// <summary>Returns true for a type whose members are all properties with a setter, such as an options class.</summary>
    private static bool IsOptions(Type type) => MembersOf(type).All(member => member is PropertyInfo { CanWrite: true });

    /// <summary>Returns true for a type with <c>LoggerMessage</c> methods.</summary>
    private static bool IsLog(Type type) => type.GetMethods(Declared).Any(method => method.IsDefined(typeof(LoggerMessageAttribute)));

    /// <summary>Returns the source files of the namespaces in <c>_rooms</c>. Leaves out generated files.</summary>
    private static IEnumerable<string> SourceFiles() =>
        from room in _rooms
        from file in SourceTree.FilesOf(
            room.StartsWith("Amqp.Server.", StringComparison.Ordinal) ? room.Replace("Server.", "Server/", StringComparison.Ordinal) : room)
        where !file.EndsWith(".g.cs", StringComparison.Ordinal)
        select file;

    [GeneratedRegex(@"\bpartial (?:record struct|record|class|struct|interface) (?<name>\w+)")]
    private static partial Regex PartialType();
}
