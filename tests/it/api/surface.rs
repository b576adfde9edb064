//! Finds what a package makes public, in its sources: from the root through `pub mod` and `pub use`
//! to the definitions, with the public parts of their `impl` blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, ItemMod, Token, Type, UseTree, Visibility};

/// A module: its place below the root.
type Place = Vec<String>;

/// Something that is public: its signature in one line, and the crates that it names.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) text: String,
    pub(super) crates: BTreeSet<String>,
}

/// The modules of a package.
pub(super) struct Surface {
    modules: BTreeMap<Place, Module>,
}

struct Module {
    items: Vec<Item>,
    /// What a name means that is imported: the full path.
    imports: BTreeMap<String, Vec<String>>,
}

impl Surface {
    /// The library that is tested here.
    pub(super) fn of_this_package() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::read(&|path| std::fs::read_to_string(root.join(path)).ok())
    }

    /// A package of these files.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        Self::read(&|path| {
            let file = files.iter().find(|(name, _)| *name == path)?;
            Some(file.1.to_owned())
        })
    }

    fn read(files: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut surface = Self {
            modules: BTreeMap::new(),
        };
        let text = files("src/lib.rs").unwrap();
        surface.add(Place::new(), syn::parse_file(&text).unwrap().items, files);
        surface
    }

    fn add(&mut self, place: Place, items: Vec<Item>, files: &dyn Fn(&str) -> Option<String>) {
        let mut imports = BTreeMap::new();
        for item in &items {
            match item {
                Item::Use(item) => collect_imports(&item.tree, &mut Vec::new(), &mut imports),
                Item::Mod(module) if !is_left_out(&module.attrs) => {
                    let mut below = place.clone();
                    below.push(module.ident.to_string());
                    let inner = contents(module, &below, files);
                    self.add(below, inner, files);
                }
                _ => {}
            }
        }
        self.modules.insert(place, Module { items, imports });
    }

    /// Everything public, in the order of its text.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let mut named = BTreeMap::new();
        self.name_items(&Place::new(), "pressmark", &mut named);
        let mut entries = Vec::new();
        for ((place, ident), public) in &named {
            for item in self.definitions(place, ident) {
                if let Some((signature, used)) = signature(item) {
                    entries.push(self.entry(place, public, &signature, used));
                }
            }
        }
        for (place, module) in &self.modules {
            for item in &module.items {
                if let Item::Impl(block) = item
                    && let Some(of) = self.subject(place, block)
                    && let Some(public) = named.get(&of)
                {
                    self.block(place, public, block, &mut entries);
                }
            }
        }
        entries.sort_by(|a, b| a.text.cmp(&b.text));
        entries
    }

    /// Gives every public definition its public name.
    fn name_items(
        &self,
        place: &Place,
        public: &str,
        named: &mut BTreeMap<(Place, String), String>,
    ) {
        for item in &self.modules[place].items {
            let (visibility, attributes) = outside(item);
            if !matches!(visibility, Some(Visibility::Public(_))) || is_left_out(attributes) {
                continue;
            }
            match item {
                Item::Mod(module) => {
                    let mut below = place.clone();
                    below.push(module.ident.to_string());
                    let name = format!("{public}::{}", module.ident);
                    self.name_items(&below, &name, named);
                }
                Item::Use(item) => {
                    let mut names = BTreeMap::new();
                    collect_imports(&item.tree, &mut Vec::new(), &mut names);
                    for (name, path) in names {
                        let Some((of, ident)) = self.resolve(place, &path) else {
                            continue;
                        };
                        let public = format!("{public}::{name}");
                        if self.definitions(&of, &ident).any(is_public_module) {
                            let mut module = of.clone();
                            module.push(ident.clone());
                            self.name_items(&module, &public, named);
                        }
                        name_item(named, (of, ident), public);
                    }
                }
                _ => {
                    if let Some(ident) = ident_of(item) {
                        let name = format!("{public}::{ident}");
                        name_item(named, (place.clone(), ident), name);
                    }
                }
            }
        }
    }

    /// Where a path leads, seen from a module: the module of a definition, and its name.
    fn resolve(&self, place: &Place, path: &[String]) -> Option<(Place, String)> {
        let (ident, above) = path.split_last()?;
        let mut at = place.clone();
        let mut is_first = true;
        for step in above {
            match step.as_str() {
                "crate" if is_first => at = Place::new(),
                "self" if is_first => {}
                "super" => {
                    at.pop()?;
                }
                _ => {
                    let mut below = at.clone();
                    below.push(step.clone());
                    if !self.modules.contains_key(&below) {
                        let imported = self.modules.get(&at)?.imports.get(step)?;
                        let (mut of, name) = self.resolve(&at, imported)?;
                        of.push(name);
                        below = of;
                    }
                    at = below;
                }
            }
            is_first = false;
        }
        let module = self.modules.get(&at)?;
        let is_here = module
            .items
            .iter()
            .any(|item| ident_of(item).as_ref() == Some(ident));
        if is_here {
            return Some((at, ident.clone()));
        }
        let imported = module.imports.get(ident)?;
        if imported.as_slice() == path && at == *place {
            return None;
        }
        self.resolve(&at, imported)
    }

    fn definitions<'a>(&'a self, place: &Place, ident: &'a str) -> impl Iterator<Item = &'a Item> {
        let items = self.modules[place].items.iter();
        items.filter(move |item| ident_of(item).as_deref() == Some(ident))
    }

    /// The type that an `impl` block is for.
    fn subject(&self, place: &Place, block: &ItemImpl) -> Option<(Place, String)> {
        let Type::Path(subject) = &*block.self_ty else {
            return None;
        };
        let path: Vec<String> = segments(&subject.path);
        self.resolve(place, &path)
    }

    fn block(&self, place: &Place, public: &str, block: &ItemImpl, entries: &mut Vec<Entry>) {
        if is_left_out(&block.attrs) {
            return;
        }
        if block.trait_.is_some() {
            let mut head = block.clone();
            head.items.clear();
            head.attrs.clear();
            let text = tidy(&head.to_token_stream().to_string());
            let text = text.trim_end_matches(" { }").trim_end_matches(" {}");
            let used = impl_used(&head);
            entries.push(self.entry(place, public, text, used));
            return;
        }
        for item in &block.items {
            match item {
                ImplItem::Fn(method) if is_public(&method.vis, &method.attrs) => {
                    let mut used = Used::default();
                    used.visit_signature(&method.sig);
                    let text = tidy(&method.sig.to_token_stream().to_string());
                    entries.push(self.entry(place, public, &text, used));
                }
                ImplItem::Const(constant) if is_public(&constant.vis, &constant.attrs) => {
                    let mut used = Used::default();
                    used.visit_type(&constant.ty);
                    let ty = tidy(&constant.ty.to_token_stream().to_string());
                    let text = format!("const {}: {ty}", constant.ident);
                    entries.push(self.entry(place, public, &text, used));
                }
                _ => {}
            }
        }
    }

    fn entry(&self, place: &Place, public: &str, signature: &str, used: Used) -> Entry {
        let paths = used.paths.into_iter();
        Entry {
            text: format!("{public}: {signature}"),
            crates: paths
                .filter_map(|path| self.crate_of(place, &path))
                .collect(),
        }
    }

    /// The other crate that a path in a signature leads to, if it does.
    fn crate_of(&self, place: &Place, path: &[String]) -> Option<String> {
        let first = path.first()?;
        let module = self.modules.get(place)?;
        if let Some(imported) = module.imports.get(first) {
            if let [name] = imported.as_slice() {
                // A crate as a whole, under its name or another.
                return Some(name.clone());
            }
            return self.crate_of(place, imported);
        }
        let mut below = place.clone();
        below.push(first.clone());
        let is_ours = ["crate", "self", "super", "Self"].contains(&first.as_str())
            || self.modules.contains_key(&below)
            || self.modules.contains_key(&vec![first.clone()])
            || first.starts_with(char::is_uppercase)
            || path.len() == 1;
        (!is_ours).then(|| first.clone())
    }
}

/// Gives a definition its public name. Of several, the shortest: what is exported from the root.
fn name_item(named: &mut BTreeMap<(Place, String), String>, of: (Place, String), public: String) {
    let depth = |name: &str| name.matches("::").count();
    match named.get(&of) {
        Some(before) if depth(before) <= depth(&public) => {}
        _ => {
            named.insert(of, public);
        }
    }
}

fn is_public_module(item: &Item) -> bool {
    matches!(item, Item::Mod(module) if matches!(module.vis, Visibility::Public(_)))
}

/// The items of a module, from its braces or its file.
fn contents(module: &ItemMod, place: &Place, files: &dyn Fn(&str) -> Option<String>) -> Vec<Item> {
    if let Some((_, items)) = &module.content {
        return items.clone();
    }
    let path = place.join("/");
    let text = files(&format!("src/{path}.rs")).or_else(|| files(&format!("src/{path}/mod.rs")));
    let text = text.unwrap_or_else(|| panic!("no file for the module {path}"));
    syn::parse_file(&text).unwrap().items
}

fn collect_imports(
    tree: &UseTree,
    above: &mut Vec<String>,
    imports: &mut BTreeMap<String, Vec<String>>,
) {
    let mut add = |name: String, path: Vec<String>| {
        imports.insert(name, path);
    };
    match tree {
        UseTree::Path(path) => {
            above.push(path.ident.to_string());
            collect_imports(&path.tree, above, imports);
            above.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            if let Some(last) = above.last() {
                add(last.clone(), above.clone());
            }
        }
        UseTree::Name(name) => {
            let mut path = above.clone();
            path.push(name.ident.to_string());
            add(name.ident.to_string(), path);
        }
        UseTree::Rename(name) => {
            let mut path = above.clone();
            if name.ident != "self" {
                path.push(name.ident.to_string());
            }
            add(name.rename.to_string(), path);
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                collect_imports(tree, above, imports);
            }
        }
        // Tests only: no public signature gets a name from one.
        UseTree::Glob(_) => {}
    }
}

/// The visibility and the attributes of an item.
fn outside(item: &Item) -> (Option<&Visibility>, &[Attribute]) {
    match item {
        Item::Const(item) => (Some(&item.vis), &item.attrs),
        Item::Enum(item) => (Some(&item.vis), &item.attrs),
        Item::Fn(item) => (Some(&item.vis), &item.attrs),
        Item::Mod(item) => (Some(&item.vis), &item.attrs),
        Item::Static(item) => (Some(&item.vis), &item.attrs),
        Item::Struct(item) => (Some(&item.vis), &item.attrs),
        Item::Trait(item) => (Some(&item.vis), &item.attrs),
        Item::Type(item) => (Some(&item.vis), &item.attrs),
        Item::Use(item) => (Some(&item.vis), &item.attrs),
        _ => (None, &[]),
    }
}

fn ident_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Mod(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// Whether it is there only in tests, or hidden from the documentation.
fn is_left_out(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.to_token_stream().to_string().replace(' ', "");
        text == "#[cfg(test)]" || text == "#[cfg(fuzzing)]" || text == "#[doc(hidden)]"
    })
}

fn is_public(visibility: &Visibility, attributes: &[Attribute]) -> bool {
    matches!(visibility, Visibility::Public(_)) && !is_left_out(attributes)
}

/// An item without its body, its documentation and what is private in it, and what it names.
fn signature(item: &Item) -> Option<(String, Used)> {
    let mut item = item.clone();
    let mut used = Used::default();
    let text = match &mut item {
        Item::Const(item) => {
            used.visit_type(&item.ty);
            let ty = item.ty.to_token_stream();
            format!("const {}: {ty}", item.ident)
        }
        Item::Static(item) => {
            used.visit_type(&item.ty);
            let ty = item.ty.to_token_stream();
            format!("static {}: {ty}", item.ident)
        }
        Item::Type(item) => {
            used.visit_type(&item.ty);
            let (generics, ty) = (item.generics.to_token_stream(), item.ty.to_token_stream());
            format!("type {}{generics} = {ty}", item.ident)
        }
        Item::Fn(item) => {
            used.visit_signature(&item.sig);
            item.sig.to_token_stream().to_string()
        }
        Item::Enum(item) => {
            let told = told(&item.attrs);
            item.attrs.clear();
            for variant in &mut item.variants {
                variant.attrs.clear();
                for field in &mut variant.fields {
                    field.attrs.clear();
                }
                variant.discriminant = None;
            }
            item.vis = Visibility::Inherited;
            used.visit_item_enum(item);
            format!("{told}{}", item.to_token_stream())
        }
        Item::Struct(item) => {
            let told = told(&item.attrs);
            item.attrs.clear();
            item.vis = Visibility::Inherited;
            let has_private = only_public(&mut item.fields);
            used.visit_item_struct(item);
            let text = item.to_token_stream().to_string();
            match (&item.fields, has_private) {
                (Fields::Named(_), true) => {
                    let inside = text.trim_end().trim_end_matches('}').trim_end();
                    let comma = if inside.ends_with('{') || inside.ends_with(',') {
                        ""
                    } else {
                        ","
                    };
                    format!("{told}{inside}{comma} .. }}")
                }
                (Fields::Unnamed(_), true) => format!("{told}{}", text.replace("()", "(..)")),
                _ => format!("{told}{text}"),
            }
        }
        Item::Trait(item) => {
            item.attrs.clear();
            item.vis = Visibility::Inherited;
            for item in &mut item.items {
                match item {
                    syn::TraitItem::Fn(method) => {
                        method.attrs.clear();
                        method.default = None;
                        method.semi_token = Some(<Token![;]>::default());
                    }
                    syn::TraitItem::Const(constant) => constant.attrs.clear(),
                    syn::TraitItem::Type(ty) => ty.attrs.clear(),
                    _ => {}
                }
            }
            used.visit_item_trait(item);
            item.to_token_stream().to_string()
        }
        _ => return None,
    };
    Some((tidy(text.trim_end().trim_end_matches(';')), used))
}

/// The attributes that are part of the interface: what is derived, and what may grow.
fn told(attributes: &[Attribute]) -> String {
    let mut told = String::new();
    for attribute in attributes {
        if attribute.path().is_ident("derive") || attribute.path().is_ident("non_exhaustive") {
            told.push_str(&attribute.to_token_stream().to_string());
            told.push(' ');
        }
    }
    told
}

/// Drops private fields; whether there were any.
fn only_public(fields: &mut Fields) -> bool {
    let keep = |field: &mut syn::Field| {
        field.attrs.clear();
        matches!(field.vis, Visibility::Public(_)).then(|| field.clone())
    };
    let before = fields.len();
    match fields {
        Fields::Named(fields) => {
            let public: Punctuated<_, _> = fields.named.iter_mut().filter_map(keep).collect();
            fields.named = public;
        }
        Fields::Unnamed(fields) => {
            let public: Punctuated<_, _> = fields.unnamed.iter_mut().filter_map(keep).collect();
            fields.unnamed = public;
        }
        Fields::Unit => {}
    }
    fields.len() < before
}

/// The paths that a signature names.
#[derive(Default)]
struct Used {
    paths: BTreeSet<Vec<String>>,
}

impl<'ast> Visit<'ast> for Used {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.insert(segments(path));
        syn::visit::visit_path(self, path);
    }
}

fn segments(path: &syn::Path) -> Vec<String> {
    let segments = path.segments.iter();
    segments.map(|segment| segment.ident.to_string()).collect()
}

fn impl_used(head: &ItemImpl) -> Used {
    let mut used = Used::default();
    used.visit_item_impl(head);
    used
}

/// Tokens as people write them.
fn tidy(tokens: &str) -> String {
    let mut text = tokens.split_whitespace().collect::<Vec<_>>().join(" ");
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        (" > ", "> "),
        (" >", ">"),
        ("< ", "<"),
        ("& ", "&"),
        (" ,", ","),
        (" :", ":"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" ;", ";"),
        ("# [", "#["),
        ("[ ", "["),
        (" ]", "]"),
        ("> (", ">("),
        ("> ,", ">,"),
        ("> )", ">)"),
        ("> ;", ">;"),
        ("->(", "-> ("),
        ("=(", "= ("),
        (":(", ": ("),
        (",(", ", ("),
        (", }", " }"),
        (",)", ")"),
    ] {
        text = text.replace(from, to);
    }
    text
}
